#include "core/plugin_host/broker_connection.hpp"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::plugin_host {

LossReason reason_of(const Loss& loss) {
  if (loss.by_choice) return LossReason::renewed;
  if (loss.silent) return LossReason::silent;
  switch (loss.status) {
    case BGW_E_AUTH:
      return LossReason::credentials;
    case BGW_E_REFUSED:
      return LossReason::refused;
    case BGW_E_RATE:
      return LossReason::rate_limited;
    case BGW_E_FATAL:
    case BGW_E_UNSUPPORTED:
    case BGW_E_INVALID:
      return LossReason::failed;
    default:
      return LossReason::lost;
  }
}

const char* word(LossReason reason) {
  constexpr const char* kWords[kLossReasons] = {"lost",    "silent",       "renewed", "credentials",
                                                "refused", "rate_limited", "failed"};
  return kWords[static_cast<std::size_t>(reason)];
}

namespace {

std::string beginning_of(std::uint32_t opcode, std::span<const std::byte> frame) {
  constexpr std::size_t kShownText = 80;
  constexpr std::size_t kShownBytes = 32;
  const auto* bytes = reinterpret_cast<const unsigned char*>(frame.data());
  if (opcode == BGW_OPCODE_TEXT)
    return json_text(cut({reinterpret_cast<const char*>(bytes), frame.size()}, kShownText));
  return hex({bytes, std::min(frame.size(), kShownBytes)});
}

}  // namespace

BrokerConnection::BrokerConnection(LinkContext& link, ConnectionOwner& owner, std::shared_ptr<ConnectionJudges> judges)
    : link_(link),
      owner_(owner),
      judges_(std::move(judges)),
      object_(link, *this),
      sockets_(link, *this),
      requests_(link, [this](std::uint32_t id, const bgw_http_response& response) { on_reply(id, response); }),
      subscriptions_(link, object_, *judges_, capabilities_, *this),
      updates_(link, object_, subscriptions_, *judges_),
      host_(link, object_, sockets_, requests_, subscriptions_, updates_, capabilities_, [this] { after_timer(); }),
      login_timer_(
          link.io, [this](std::uint32_t) { give_up_login(); }, link.options.make_alarm) {}

BrokerConnection::~BrokerConnection() { destroy(); }

// ---- the adapter object

Result<void> BrokerConnection::create() {
  const bgw_plugin_descriptor& descriptor = link_.library->descriptor();
  capabilities_ = registry::Capabilities({descriptor.capabilities, descriptor.capability_count});
  auto created = object_.create(host_);
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

void BrokerConnection::set_stall_limit() {
  sockets_.set_stall_limit(link_.frame_limit_ns(subscriptions_.count() != 0));
}

// ---- how a login begins

void BrokerConnection::connect() {
  login_ = std::make_shared<Login>();
  state_ = State::connecting;
  host_.begin_session();
  link_.counts.connects.fetch_add(1, std::memory_order_relaxed);
  login_timer_.set(0, link_.options.login_limit_ns);
  bgw_error error{};
  const bgw_status status = object_.connect(error);
  if (status != BGW_OK) lost(status, error, text_of(error));
}

void BrokerConnection::on_open(AdapterSocket& socket) {
  log::debug("broker", link_.options.name + ": " + socket.name() + " is open");
  bgw_error error{};
  const bgw_status status = object_.on_open(socket.number(), error);
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
  judges_->on_ready(ready_ns_);
  link_.counts.logins.fetch_add(1, std::memory_order_relaxed);
  link_.counts.connections.fetch_add(1, std::memory_order_relaxed);
  owner_.on_ready(*this);
  subscriptions_.replay();
}

void BrokerConnection::on_frame(AdapterSocket& socket, std::uint32_t opcode, std::span<const std::byte> frame) {
  std::atomic<std::uint64_t>& frames = link_.counts.frames;
  frames.store(frames.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);  // only this thread changes it
  std::atomic<std::uint64_t>& bytes = link_.counts.bytes;
  bytes.store(bytes.load(std::memory_order_relaxed) + frame.size(), std::memory_order_relaxed);
  ++counts_.frames;
  counts_.bytes += frame.size();
  bgw_error error{};
  const bgw_status status = object_.on_frame(socket, opcode, frame, error);
  counts_.last_frame_ns = link_.counts.last_frame_ns.load(std::memory_order_relaxed);
  if (status == BGW_OK) return;
  ++counts_.frames_refused;
  const std::uint64_t refused = link_.counts.frames_refused.fetch_add(1, std::memory_order_relaxed) + 1;
  if (status == BGW_E_EXCEPTION) return;  // which was said already
  const std::string name = link_.options.name + ": frame of " + std::to_string(frame.size()) + " bytes ";
  link_.log->refused_frames.warning(
      "", name + "refused (" + socket.name() + ", " + std::to_string(refused) + " so far): " + text_of(error));
  if (log::enabled(log::Level::debug))
    link_.log->refused_frames.write(log::Level::debug, "", name + "begins: " + beginning_of(opcode, frame));
}

// ---- how a login ends

void BrokerConnection::on_failure(const bgw_error& failure) {
  if (login_ == nullptr || login_->is_over) return;
  login_->is_over = true;
  boost::asio::post(link_.io, [this, failure, login = std::weak_ptr(login_)] {
    if (!login.expired()) end_login({failure.code, failure.retry_after_ns, text_of(failure)});
  });
}

// Tells the adapter that a socket has ended, and returns what the adapter makes of that.
bgw_status BrokerConnection::tell_closed(std::uint32_t socket, const websocket::CloseInfo& info, bgw_error& error) {
  sockets_.drop(socket);
  std::vector<bgw_header> headers;
  for (const websocket::Header& h : info.headers) headers.push_back({h.name.c_str(), h.value.c_str()});
  const bgw_close close{sizeof close,
                        info.code,
                        info.http_status,
                        static_cast<std::uint32_t>(headers.size()),
                        headers.empty() ? nullptr : headers.data(),
                        info.reason.c_str(),
                        info.body.c_str(),
                        info.body.size()};
  return object_.on_close(socket, close, error);
}

// Whether the adapter can still hear anything of its session.
bool BrokerConnection::has_work() const { return sockets_.any() || requests_.any() || host_.has_timers(); }

// The adapter is told that the gateway ends the login.
void BrokerConnection::tell_end(const std::string& why) {
  bgw_error error{};
  const std::vector<std::uint32_t> open = sockets_.numbers();
  for (const std::uint32_t socket : open)
    if (sockets_.find(socket) != nullptr) tell_closed(socket, {1006, 0, {}, why}, error);
  if (open.empty()) object_.disconnect(error);
}

void BrokerConnection::on_close(AdapterSocket& socket, const websocket::CloseInfo& info) {
  bgw_error error{};
  const std::string name = socket.name();
  bgw_status status = tell_closed(socket.number(), info, error);
  if (status == BGW_OK && has_work()) return go_on_without_it(name, info);
  if (status == BGW_OK) status = BGW_E_TRANSIENT;
  std::string why = error.message[0] != '\0' ? text_of(error) : info.reason;
  if (why.empty()) why = "the connection was closed with code " + std::to_string(info.code);
  if (!info.peer.empty()) why = info.peer + ": " + why;  // the other addresses of the name may say something else
  lost(status, error, why);
}

void BrokerConnection::go_on_without_it(const std::string& socket, const websocket::CloseInfo& info) {
  link_.log->ended_sockets.info(
      socket, link_.options.name + ": " + socket + " has ended with code " + std::to_string(info.code) +
                  (info.reason.empty() ? "" : ", " + log::redacted(info.reason)) + "; the login goes on without it");
  if (login_ != nullptr) login_->has_lost_socket = true;
}

// What was left of the session beside the sockets that ended may have been this timer.
void BrokerConnection::after_timer() {
  if (login_ != nullptr && login_->has_lost_socket && !has_work())
    lost(BGW_E_TRANSIENT, {}, "the plugin did nothing after its connections had ended");
}

void BrokerConnection::on_silence(AdapterSocket& socket, const std::string& reason) {
  const std::int64_t now = link_.options.monotonic();
  const bool was_ready = state_ == State::ready;
  if (was_ready) judges_->at(socket.connection_class()).on_no_frame(now, link_.clock.at(now), reason);
  bgw_error error{};
  const std::string name = socket.name();
  const websocket::CloseInfo info{1006, 0, {}, reason};
  if (tell_closed(socket.number(), info, error) == BGW_OK && has_work()) return go_on_without_it(name, info);
  if (sockets_.any()) tell_end(reason);
  end_by_gateway({.why = reason, .silent = was_ready});
}

void BrokerConnection::on_reply(std::uint32_t id, const bgw_http_response& response) {
  bgw_error error{};
  const bgw_status status = object_.on_http(id, response, error);
  if (status != BGW_OK) return lost(status, error, text_of(error));
  if (state_ != State::idle && !has_work()) lost(BGW_E_TRANSIENT, {}, "the plugin did nothing after its HTTP request");
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
  host_.end_session();
  login_timer_.cancel_all();
  subscriptions_.end_login();
  sockets_.drop_all();
  requests_.cancel_all();
  if (state_ == State::ready) {
    was_lost = true;
    link_.counts.connections.fetch_sub(1, std::memory_order_relaxed);
  }
  state_ = State::idle;
}

}  // namespace gw::plugin_host
