// A stream of bytes that can be held: while it is, nothing passes either way, not even pongs and close frames. That is
// what a peer sees of a network that fails without a word. Thread: the simulator's only one.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "core/websocket/byte_stream.hpp"

namespace sim {

class HoldingStream final : public gw::websocket::ByteStream,
                            private gw::websocket::StreamOwner,
                            public std::enable_shared_from_this<HoldingStream> {
 public:
  // Around plain TCP, or TLS with `tls`. `life` is the owner's.
  static std::shared_ptr<HoldingStream> make(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                             gw::websocket::StreamOwner& owner, const gw::websocket::ServerTls* tls);

  void hold(bool held);

  void start() override { inner_->start(); }
  void read_some(void* data, std::size_t size) override { inner_->read_some(data, size); }
  std::size_t write_some(std::string_view bytes, boost::system::error_code& ec) override;
  std::size_t write_some(std::span<const std::string_view> pieces, boost::system::error_code& ec) override;
  std::size_t bound() const override { return inner_->bound(); }
  void wait_writable() override;
  void shutdown() override { inner_->shutdown(); }
  void close() override { inner_->close(); }
  boost::asio::ip::tcp::socket& socket() override { return inner_->socket(); }

 private:
  struct Read {
    boost::system::error_code ec;
    std::size_t size;
  };

  HoldingStream(std::weak_ptr<void> life, gw::websocket::StreamOwner& owner) : life_(std::move(life)), owner_(owner) {}
  void on_ready(boost::system::error_code ec) override;
  void on_read(boost::system::error_code ec, std::size_t n) override;
  void on_writable(boost::system::error_code ec) override;

  std::weak_ptr<void> life_;
  gw::websocket::StreamOwner& owner_;
  std::shared_ptr<gw::websocket::ByteStream> inner_;
  bool held_ = false;
  bool wants_to_write_ = false;  // wait_writable() was called while held
  std::optional<Read> read_;     // a read that ended while held
};

}  // namespace sim
