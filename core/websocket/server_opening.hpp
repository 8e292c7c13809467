// How a server's connection opens: one HTTP request is read, and either its upgrade is accepted or it is answered.
// Thread: the connection's.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>

#include "core/websocket/opening.hpp"

namespace gw::websocket {

class ServerOpening final : public Opening {
 public:
  // `options` outlive the connection.
  ServerOpening(OpeningHost& host, const ServerOptions& options);

  void start() { host_.set_timeout(options_.open_timeout); }
  void on_ready(boost::system::error_code ec) override;
  void on_handshake(boost::system::error_code ec) override;
  void on_timeout() override;

 private:
  void on_request(boost::system::error_code ec);
  void make_upgrade_plain();
  void answer(const HttpAnswer& a, const std::vector<Header>& extra);
  HttpReply late_reply();
  void drain();
  std::optional<std::string> chosen_offer();

  OpeningHost& host_;
  const ServerOptions& options_;
  boost::beast::flat_buffer buffer_;
  boost::beast::http::request_parser<boost::beast::http::string_body> parser_;
  bool is_answered_ = false;
  bool is_without_tls_ = false;  // the peer sent plain HTTP to a port for TLS
  bool is_head_ = false;         // the answer has no body
  char sink_[512];
};

}  // namespace gw::websocket
