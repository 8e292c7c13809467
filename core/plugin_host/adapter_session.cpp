// How a connection's sessions begin and end: by the adapter, by its socket, or because nothing comes any more.
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/plugin_host/adapter_instance.hpp"

namespace gw::plugin_host {

void AdapterInstance::after_call() {
  counts_.conflated.store(writer_.conflated(), std::memory_order_relaxed);
  if (failure_) {
    const bgw_error failure = *failure_;
    failure_.reset();
    ready_asked_ = false;
    if (session_ == nullptr || session_->is_over) return;
    session_->is_over = true;
    boost::asio::post(io_, [this, failure, session = std::weak_ptr(session_)] {
      if (!session.expired()) end_session({failure.code, failure.retry_after_ns, text_of(failure)});
    });
    return;
  }
  if (!ready_asked_) return;
  ready_asked_ = false;
  boost::asio::post(io_, [this, weak = std::weak_ptr(session_)] {
    const auto session = weak.lock();
    if (session == nullptr || session->is_over || state_ == State::ready) return;
    own_timers_.cancel(kLogin);
    state_ = State::ready;
    ready_ns_ = options_.monotonic();
    session_number_ = owner_.next_session();
    judge_->on_ready(ready_ns_);
    counts_.logins.fetch_add(1, std::memory_order_relaxed);
    counts_.connections.fetch_add(1, std::memory_order_relaxed);
    owner_.on_ready(*this);
    replay();
  });
}

void AdapterInstance::connect() {
  session_ = std::make_shared<Session>();
  state_ = State::connecting;
  counts_.connects.fetch_add(1, std::memory_order_relaxed);
  own_timers_.set(kLogin, options_.login_limit_ns);
  bgw_error error{};
  const bgw_status status = call(error, [&] { return library_->descriptor().api->connect(adapter_, &error); });
  if (status != BGW_OK) lost(status, error, text_of(error));
}

void AdapterInstance::recycle(const std::string& why) {
  if (state_ != State::ready) return;
  bgw_error error{};
  if (connection_ != 0)
    tell_closed({1006, 0, {}, why}, error);
  else
    call(error, [&] { return library_->descriptor().api->disconnect(adapter_, &error); });
  end_by_gateway({.why = why, .by_choice = true});
}

void AdapterInstance::end_by_gateway(Loss loss) {
  if (session_ == nullptr || session_->is_over) return;  // fail() said more
  session_->is_over = true;
  end_session(std::move(loss));
}

// A broker that stays open and does not answer: the other connections wait for this one.
void AdapterInstance::give_up_login() {
  if (state_ != State::connecting) return;
  const std::string why = "no login within " + seconds_text(options_.login_limit_ns);
  bgw_error error{};
  if (connection_ != 0)
    tell_closed({1006, 0, {}, why}, error);
  else
    call(error, [&] { return library_->descriptor().api->disconnect(adapter_, &error); });
  lost(BGW_E_TRANSIENT, {}, why);
}

void AdapterInstance::disconnect() {
  if (state_ == State::idle) return;
  session_.reset();
  bgw_error error{};
  call(error, [&] { return library_->descriptor().api->disconnect(adapter_, &error); });
  leave_session();
}

void AdapterInstance::on_open() {
  if (connection_ == 0) return;
  bgw_error error{};
  const std::uint32_t connection = connection_;
  const bgw_status status =
      call(error, [&] { return library_->descriptor().api->on_open(adapter_, connection, &error); });
  if (status != BGW_OK) lost(status, error, text_of(error));
}

bgw_status AdapterInstance::tell_closed(const websocket::CloseInfo& info, bgw_error& error) {
  std::vector<bgw_header> headers;
  for (const websocket::Header& h : info.headers) headers.push_back({h.name.c_str(), h.value.c_str()});
  const bgw_close close{
      sizeof close,   info.code,           info.http_status, static_cast<std::uint32_t>(headers.size()),
      headers.data(), info.reason.c_str(), info.body.data(), info.body.size()};
  const std::uint32_t connection = std::exchange(connection_, 0U);
  return call(error, [&] { return library_->descriptor().api->on_close(adapter_, connection, &close, &error); });
}

void AdapterInstance::on_close(const websocket::CloseInfo& info) {
  if (connection_ == 0) return;
  bgw_error error{};
  bgw_status status = tell_closed(info, error);
  if (status == BGW_OK) status = BGW_E_TRANSIENT;
  std::string why = error.message[0] != '\0' ? text_of(error) : info.reason;
  if (why.empty()) why = "closed with " + std::to_string(info.code);
  if (!info.peer.empty()) why = info.peer + ": " + why;  // the other addresses of the name may say something else
  lost(status, error, why);
}

void AdapterInstance::on_silence(const std::string& reason) {
  if (connection_ == 0) return;
  if (state_ == State::ready) judge_->on_no_frame(options_.monotonic(), owner_.wall_at(options_.monotonic()), reason);
  bgw_error error{};
  tell_closed({1006, 0, {}, reason}, error);
  end_by_gateway({.why = reason, .silent = state_ == State::ready});
}

void AdapterInstance::lost(bgw_status status, const bgw_error& error, const std::string& why) {
  if (session_ == nullptr || session_->is_over) return;  // fail() said more, and is about to be acted on
  session_->is_over = true;
  end_session({status, error.retry_after_ns, why});
}

void AdapterInstance::end_session(Loss loss) {
  if (state_ == State::ready) loss.lived_ns = options_.monotonic() - ready_ns_;
  leave_session();
  owner_.on_lost(*this, loss);
}

void AdapterInstance::leave_session() {
  timers_.cancel_all();
  own_timers_.cancel_all();
  unanswered_.clear();
  drop_socket();
  if (state_ == State::ready) {
    was_lost = true;
    counts_.connections.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::idle;
}

bgw_status AdapterInstance::open_websocket(const bgw_websocket_request& request, std::uint32_t& connection) {
  std::vector<websocket::Header> headers;
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    headers.push_back({request.headers[i].name, request.headers[i].value});
  drop_socket();
  transport::WsClientOptions options;
  options.stall_limit_ns = frame_limit();
  options.offer_deflate = (request.flags & BGW_WEBSOCKET_DEFLATE) != 0;
  options.outgoing = options_.outgoing;
  options.addresses = addresses_;
  socket_ = std::make_unique<transport::WsClient>(io_, *this, std::move(options));
  const auto opened = socket_->open(request.url, std::move(headers));
  if (!opened) {
    log::error("broker", options_.name + ": " + opened.error().message);
    return BGW_E_INVALID;
  }
  static std::atomic<std::uint32_t> next{0};
  connection_ = next.fetch_add(1, std::memory_order_relaxed) % 0x7fffffffU + 1;
  connection = connection_;
  return BGW_OK;
}

// This may run inside a callback of the socket, which allows for it. Nothing that is queued for it is heard again.
void AdapterInstance::drop_socket() {
  connection_ = 0;
  socket_.reset();
}

}  // namespace gw::plugin_host
