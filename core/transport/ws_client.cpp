#include "core/transport/ws_client.hpp"

#include <algorithm>
#include <cstdio>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/url.hpp"

namespace gw::transport {

namespace {

constexpr std::int64_t kIntakeLooks = 10;  // looks in the time of one limit

std::string seconds_of(std::int64_t ns, const char* format) {
  char text[32];
  std::snprintf(text, sizeof text, format, static_cast<double>(ns) / 1e9);
  return text;
}

}  // namespace

struct WsClient::Watch {
  explicit Watch(boost::asio::io_context& io) : timer(io), intake(io) {}
  void cancel() {
    timer.cancel();
    intake.cancel();
  }
  boost::asio::steady_timer timer;
  boost::asio::steady_timer intake;
};

WsClient::WsClient(boost::asio::io_context& io, Events& events, WsClientOptions options)
    : io_(io),
      events_(events),
      options_(std::move(options)),
      watch_(std::make_shared<Watch>(io)),
      intake_(options_.intake_limit_ns) {}

WsClient::~WsClient() = default;

Result<void> WsClient::open(const std::string& url, std::vector<websocket::Header> headers) {
  if (const auto allowed = check_url(url, "ws"); !allowed) return allowed;
  where_ = without_secrets(url);
  log::debug("websocket", "connecting to " + where_);
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
  if (!is_open()) return Error{"the connection is not open"};
  if (!connection_->send(kind, {reinterpret_cast<const char*>(data.data()), data.size()}))
    return Error{"the broker does not read: " + std::to_string(connection_->backlog() / 1024) +
                 " KiB wait to be sent, and the gateway keeps no more"};
  connection_->flush();
  return {};
}

Result<void> WsClient::ping(std::string_view data) {
  if (!is_open()) return Error{"not open"};
  connection_->ping(data);
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
  log::debug("websocket", where_ + " has upgraded");
  last_frame_ns_ = monotonic_ns();
  if (options_.stall_limit_ns > 0) watch();
  intake_.begin(last_frame_ns_);
  watch_intake();
  events_.on_open();
}

void WsClient::on_message(websocket::Opcode opcode, std::string_view payload) {
  last_frame_ns_ = monotonic_ns();
  if (log::enabled(log::Level::debug))
    log::debug("websocket", where_ + " sent a message of " + std::to_string(payload.size()) + " bytes");
  events_.on_frame(static_cast<std::uint32_t>(opcode), std::as_bytes(std::span(payload.data(), payload.size())));
}

void WsClient::on_control_frame() {
  last_frame_ns_ = monotonic_ns();
  if (log::enabled(log::Level::debug)) log::debug("websocket", where_ + " sent a ping or a pong");
}

void WsClient::on_closed(const websocket::CloseInfo& info) {
  open_ = false;
  watch_->cancel();
  if (log::enabled(log::Level::debug))
    log::debug("websocket", where_ + " is closed: " + std::to_string(info.code) + ' ' + info.reason);
  events_.on_close(info);
}

// Looks when the limit could have passed at the earliest, so that a busy link costs one timer per limit, not per frame.
void WsClient::watch() {
  const std::int64_t left = last_frame_ns_ + options_.stall_limit_ns - monotonic_ns();
  if (left <= 0) {
    open_ = false;
    watch_->cancel();
    connection_.reset();
    events_.on_silence("no frame for " + seconds_of(options_.stall_limit_ns, "%.1f s"));
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

// Frames may come all the time: what the broker sends says nothing about whether it reads.
void WsClient::watch_intake() {
  watch_->intake.expires_after(std::chrono::nanoseconds(intake_.limit_ns() / kIntakeLooks));
  watch_->intake.async_wait([this, alive = std::weak_ptr(watch_)](const boost::system::error_code& ec) {
    if (ec || alive.expired() || !open_) return;
    if (!intake_.is_passed(monotonic_ns(), connection_->intake())) return watch_intake();
    const std::string reason = "the broker has read nothing for " + seconds_of(intake_.limit_ns(), "%.3g s");
    connection_.reset();
    on_closed({1006, 0, {}, reason});
  });
}

}  // namespace gw::transport
