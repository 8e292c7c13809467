#include "tools/broker_sim/holding_stream.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>

namespace sim {

using boost::system::error_code;

std::shared_ptr<HoldingStream> HoldingStream::make(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                                   gw::websocket::StreamOwner& owner,
                                                   const gw::websocket::ServerTls* tls) {
  const std::shared_ptr<HoldingStream> stream(new HoldingStream(std::move(life), owner));
  stream->inner_ = gw::websocket::make_server_stream(std::move(socket), stream, *stream, tls);
  return stream;
}

void HoldingStream::hold(bool held) {
  held_ = held;
  if (held) return;
  if (std::exchange(wants_to_write_, false)) inner_->wait_writable();
  if (!read_) return;
  boost::asio::post(socket().get_executor(), [self = shared_from_this(), read = *std::exchange(read_, std::nullopt)] {
    self->on_read(read.ec, read.size);
  });
}

std::size_t HoldingStream::write_some(std::string_view bytes, error_code& ec) {
  if (!held_) return inner_->write_some(bytes, ec);
  ec = boost::asio::error::would_block;
  return 0;
}

std::size_t HoldingStream::write_some(std::span<const std::string_view> pieces, error_code& ec) {
  if (!held_) return inner_->write_some(pieces, ec);
  ec = boost::asio::error::would_block;
  return 0;
}

void HoldingStream::wait_writable() {
  if (held_)
    wants_to_write_ = true;
  else
    inner_->wait_writable();
}

void HoldingStream::on_ready(error_code ec) {
  if (const auto alive = life_.lock()) owner_.on_ready(ec);
}

void HoldingStream::on_read(error_code ec, std::size_t n) {
  if (held_)
    read_ = {ec, n};
  else if (const auto alive = life_.lock())
    owner_.on_read(ec, n);
}

void HoldingStream::on_writable(error_code ec) {
  if (const auto alive = life_.lock()) owner_.on_writable(ec);
}

}  // namespace sim
