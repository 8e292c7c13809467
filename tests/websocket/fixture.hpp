// A client and a server connection that talk through loopback.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/loopback.hpp"

namespace gw::websocket {

class PairTest : public testing::Test {
 protected:
  bool run_until(const std::function<bool()>& done) { return support::run_until(io_, done); }
  void connect(ClientOptions options = {}) {
    if (options.url.empty()) options.url = server_.url();
    client_.connection = Connection::connect(io_, std::move(options), client_.heard);
  }
  // Both ends are open.
  void open(ClientOptions options = {}) {
    connect(std::move(options));
    ASSERT_TRUE(run_until([this] { return client_.heard.opened && !server_.ends.empty() && peer().heard.opened; }))
        << (client_.heard.closed ? client_.heard.closed->reason : "hangs");
  }
  support::End& peer() { return *server_.ends.at(0); }

  boost::asio::io_context io_;
  support::Server server_{io_};
  support::End client_;
};

}  // namespace gw::websocket
