#include "core/plugin_host/broker_connection.hpp"

#include <atomic>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::plugin_host {

BrokerConnection::BrokerConnection(LinkContext& link, ConnectionOwner& owner,
                                   std::shared_ptr<liveness::FeedJudge> judge)
    : link_(link),
      owner_(owner),
      judge_(std::move(judge)),
      object_(link, *this),
      socket_(link, *this),
      subscriptions_(link, object_, *judge_, capabilities_, *this),
      updates_(link, object_, subscriptions_, *judge_),
      host_(link, object_, socket_, subscriptions_, updates_, capabilities_),
      login_timer_(
          link.io, [this](std::uint32_t) { give_up_login(); }, link.options.make_alarm) {}

BrokerConnection::~BrokerConnection() { destroy(); }

// ---- the adapter object

Result<void> BrokerConnection::create() {
  const bgw_plugin_descriptor& descriptor = link_.library->descriptor();
  capabilities_ = registry::Capabilities({descriptor.capabilities, descriptor.capability_count});
  auto created = object_.create(host_.table());
  if (!created) destroy();
  return created;
}

void BrokerConnection::destroy() {
  leave_login();
  if (!object_.exists()) return;
  object_.destroy();
  login_.reset();
}

void BrokerConnection::stop() {
  bgw_error error{};
  object_.disconnect(error);
  destroy();
}

// ---- what it carries

void BrokerConnection::subscribe(std::span<const std::uint32_t> instruments) {
  const bool is_first = subscriptions_.count() == 0;
  subscriptions_.add(instruments);
  if (is_first) set_stall_limit();
  subscriptions_.pump();
}

void BrokerConnection::unsubscribe(std::span<const std::uint32_t> instruments) {
  subscriptions_.remove(instruments);
  if (subscriptions_.count() == 0) set_stall_limit();
}

void BrokerConnection::set_stall_limit() { socket_.set_stall_limit(link_.frame_limit_ns(subscriptions_.count() != 0)); }

// ---- how a login begins

void BrokerConnection::connect() {
  login_ = std::make_shared<Login>();
  state_ = State::connecting;
  link_.counts.connects.fetch_add(1, std::memory_order_relaxed);
  login_timer_.set(0, link_.options.login_limit_ns);
  bgw_error error{};
  const bgw_status status = object_.connect(error);
  if (status != BGW_OK) lost(status, error, text_of(error));
}

void BrokerConnection::on_open() {
  if (socket_.number() == 0) return;
  bgw_error error{};
  const bgw_status status = object_.on_open(socket_.number(), error);
  if (status != BGW_OK) lost(status, error, text_of(error));
}

void BrokerConnection::on_ready_asked() {
  boost::asio::post(link_.io, [this, weak = std::weak_ptr(login_)] {
    const auto login = weak.lock();
    if (login != nullptr && !login->is_over && state_ != State::ready) become_ready();
  });
}

void BrokerConnection::become_ready() {
  login_timer_.cancel_all();
  state_ = State::ready;
  ready_ns_ = link_.options.monotonic();
  updates_.begin_login(++link_.last_login);
  subscriptions_.begin_login();
  judge_->on_ready(ready_ns_);
  link_.counts.logins.fetch_add(1, std::memory_order_relaxed);
  link_.counts.connections.fetch_add(1, std::memory_order_relaxed);
  owner_.on_ready(*this);
  subscriptions_.replay();
}

void BrokerConnection::on_frame(std::uint32_t opcode, std::span<const std::byte> frame) {
  if (socket_.number() == 0) return;
  std::atomic<std::uint64_t>& frames = link_.counts.frames;
  frames.store(frames.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // only this thread changes it
  bgw_error error{};
  if (object_.on_frame(socket_.number(), opcode, frame, error) == BGW_OK) return;
  const std::uint64_t refused = link_.counts.frames_refused.fetch_add(1, std::memory_order_relaxed) + 1;
  // Logged at each power of two, so that a broker's bad day does not fill the disk.
  if ((refused & (refused - 1)) == 0)
    log::warning("plugin", link_.options.name + ": frame of " + std::to_string(frame.size()) + " bytes refused (" +
                               std::to_string(refused) + " so far): " + text_of(error));
}

// ---- how a login ends

void BrokerConnection::on_failure(const bgw_error& failure) {
  if (login_ == nullptr || login_->is_over) return;
  login_->is_over = true;
  boost::asio::post(link_.io, [this, failure, login = std::weak_ptr(login_)] {
    if (!login.expired()) end_login({failure.code, failure.retry_after_ns, text_of(failure)});
  });
}

// Tells the adapter that its connection has ended, and returns what the adapter makes of that.
bgw_status BrokerConnection::tell_closed(const websocket::CloseInfo& info, bgw_error& error) {
  std::vector<bgw_header> headers;
  for (const websocket::Header& h : info.headers) headers.push_back({h.name.c_str(), h.value.c_str()});
  const bgw_close close{
      sizeof close,   info.code,           info.http_status, static_cast<std::uint32_t>(headers.size()),
      headers.data(), info.reason.c_str(), info.body.data(), info.body.size()};
  return object_.on_close(socket_.forget(), close, error);
}

// The adapter is told that the gateway ends the login.
void BrokerConnection::tell_end(const std::string& why) {
  bgw_error error{};
  if (socket_.number() != 0)
    tell_closed({1006, 0, {}, why}, error);
  else
    object_.disconnect(error);
}

void BrokerConnection::on_close(const websocket::CloseInfo& info) {
  if (socket_.number() == 0) return;
  bgw_error error{};
  bgw_status status = tell_closed(info, error);
  if (status == BGW_OK) status = BGW_E_TRANSIENT;
  std::string why = error.message[0] != '\0' ? text_of(error) : info.reason;
  if (why.empty()) why = "the connection was closed with code " + std::to_string(info.code);
  if (!info.peer.empty()) why = info.peer + ": " + why;  // the other addresses of the name may say something else
  lost(status, error, why);
}

void BrokerConnection::on_silence(const std::string& reason) {
  if (socket_.number() == 0) return;
  const std::int64_t now = link_.options.monotonic();
  if (state_ == State::ready) judge_->on_no_frame(now, link_.clock.at(now), reason);
  tell_end(reason);
  end_by_gateway({.why = reason, .silent = state_ == State::ready});
}

void BrokerConnection::recycle(const std::string& why) {
  if (state_ != State::ready) return;
  tell_end(why);
  end_by_gateway({.why = why, .by_choice = true});
}

// The broker stays open and does not answer, while the other connections wait for this login.
void BrokerConnection::give_up_login() {
  if (state_ != State::connecting) return;
  const std::string why = "no login within " + seconds_text(link_.options.login_limit_ns);
  tell_end(why);
  lost(BGW_E_TRANSIENT, {}, why);
}

void BrokerConnection::disconnect() {
  if (state_ == State::idle) return;
  login_.reset();
  bgw_error error{};
  object_.disconnect(error);
  leave_login();
}

// The login has ended. Where the adapter called fail() too, that has the last word.
void BrokerConnection::lost(bgw_status status, const bgw_error& error, const std::string& why) {
  end_by_gateway({status, error.retry_after_ns, why});
}

void BrokerConnection::end_by_gateway(Loss loss) {
  if (login_ == nullptr || login_->is_over) return;  // fail() said more, and is about to be acted on
  login_->is_over = true;
  end_login(std::move(loss));
}

void BrokerConnection::end_login(Loss loss) {
  if (state_ == State::ready) loss.lived_ns = link_.options.monotonic() - ready_ns_;
  leave_login();
  owner_.on_lost(*this, loss);
}

void BrokerConnection::leave_login() {
  host_.cancel_timers();
  login_timer_.cancel_all();
  subscriptions_.end_login();
  socket_.drop();
  if (state_ == State::ready) {
    was_lost = true;
    link_.counts.connections.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::idle;
}

}  // namespace gw::plugin_host
