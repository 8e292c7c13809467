// Tick path, stop 1 of 6. Next: plugins/*/*_adapter.cpp.
#include "core/transport/ws_client.hpp"

#include <algorithm>
#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/base/url.hpp"

namespace gw::transport {

struct WsClient::Watch {
  explicit Watch(boost::asio::io_context& io) : timer(io) {}
  boost::asio::steady_timer timer;
};

WsClient::WsClient(boost::asio::io_context& io, Events& events, WsClientOptions options)
    : io_(io), events_(events), options_(std::move(options)), watch_(std::make_shared<Watch>(io)) {}

WsClient::~WsClient() = default;

Result<void> WsClient::open(const std::string& url, std::vector<websocket::Header> headers) {
  if (const auto allowed = check_url(url, "ws"); !allowed) return allowed;
  websocket::ClientOptions options;
  options.url = url;
  options.headers = std::move(headers);
  options.message_limit = options_.message_limit;
  options.ca_file = options_.ca_file;
  options.offer_deflate = options_.offer_deflate;
  options.outgoing = options_.outgoing;
  options.addresses = options_.addresses;
  connection_ = websocket::Connection::connect(io_, std::move(options), *this);
  return {};
}

Result<void> WsClient::send(std::uint32_t opcode, std::span<const std::byte> data) {
  const auto kind = opcode == 1 ? websocket::Opcode::text : websocket::Opcode::binary;
  if (connection_ == nullptr || !connection_->send(kind, {reinterpret_cast<const char*>(data.data()), data.size()}))
    return Error{"not open, or the peer does not read"};
  connection_->flush();
  return {};
}

void WsClient::close(int code) {
  if (connection_ != nullptr) connection_->close(code, "");
}

void WsClient::set_stall_limit(std::int64_t ns) {
  if (options_.stall_limit_ns == ns) return;
  options_.stall_limit_ns = ns;
  last_frame_ns_ = monotonic_ns();
  if (open_ && ns > 0) wait_for_frame();
}

void WsClient::on_open() {
  open_ = true;
  last_frame_ns_ = monotonic_ns();
  if (options_.stall_limit_ns > 0) watch();
  events_.on_open();
}

void WsClient::on_message(websocket::Opcode opcode, std::string_view payload) {
  last_frame_ns_ = monotonic_ns();
  events_.on_frame(static_cast<std::uint32_t>(opcode), std::as_bytes(std::span(payload.data(), payload.size())));
}

void WsClient::on_control_frame() { last_frame_ns_ = monotonic_ns(); }

void WsClient::on_closed(const websocket::CloseInfo& info) {
  open_ = false;
  watch_->timer.cancel();
  events_.on_close(info);
}

// Looks when the limit could have passed at the earliest, so that a busy link costs one timer per limit, not per frame.
void WsClient::watch() {
  const std::int64_t left = last_frame_ns_ + options_.stall_limit_ns - monotonic_ns();
  if (left <= 0) {
    char reason[64];
    std::snprintf(reason, sizeof reason, "no frame for %.1f s", static_cast<double>(options_.stall_limit_ns) / 1e9);
    open_ = false;
    connection_.reset();
    events_.on_silence(reason);
    return;
  }
  wait_for_frame();
}

void WsClient::wait_for_frame() {
  const std::int64_t left = last_frame_ns_ + options_.stall_limit_ns - monotonic_ns();
  watch_->timer.expires_after(std::chrono::nanoseconds(std::max<std::int64_t>(left, 0)));
  watch_->timer.async_wait([this, alive = std::weak_ptr(watch_)](const boost::system::error_code& ec) {
    // An expiry that was queued when the connection ended is not cancelled any more.
    if (!ec && !alive.expired() && open_) watch();
  });
}

}  // namespace gw::transport
