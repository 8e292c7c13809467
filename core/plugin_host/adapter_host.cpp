#include "core/plugin_host/adapter_host.hpp"

#include <cstdio>
#include <utility>

#include "core/base/log.hpp"

namespace gw::plugin_host {

AdapterHost::AdapterHost(LinkContext& link, AdapterObject& object, AdapterSockets& sockets, AdapterRequests& requests,
                         Subscriptions& subscriptions, UpdateGate& updates, registry::Capabilities& capabilities,
                         std::function<void()> after_timer)
    : link_(link),
      object_(object),
      sockets_(sockets),
      requests_(requests),
      subscriptions_(subscriptions),
      updates_(updates),
      capabilities_(capabilities),
      after_timer_(std::move(after_timer)),
      timers_(
          link.io,
          [this](std::uint32_t id) {
            running_timers_.erase(id);
            bgw_error error{};
            error.code = object_.on_timer(id, error);
            // What is no bgw::Error was logged, and the session goes on without that call.
            if (error.code != BGW_OK && error.code != BGW_E_EXCEPTION) fail(error);
            after_timer_();
          },
          link.options.make_alarm) {}

// A handle that was let go may serve another instrument by now: a late word about it must not reach that one.
bool AdapterHost::is_stale(std::uint32_t instrument) noexcept {
  if (subscriptions_.is_live(instrument)) return false;
  link_.counts.updates_invalid.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void AdapterHost::confirm(const bgw_stream& stream) noexcept {
  if (is_stale(stream.instrument)) return;
  subscriptions_.on_confirmed(stream.instrument);
  link_.writer().confirmed(stream);
}

void AdapterHost::refuse(const bgw_stream& stream, bgw_status code, const char* text) noexcept {
  if (is_stale(stream.instrument)) return;
  subscriptions_.on_refused(stream.instrument);
  const std::string reason = log::redacted(text == nullptr ? "" : text);
  const Wanted* w = link_.find_wanted(stream.instrument);
  std::string what = w == nullptr ? "an instrument" : w->symbol + '.' + w->exchange;
  what += " mode " + std::to_string(stream.mode);
  if (stream.depth_level != 0) what += '/' + std::to_string(stream.depth_level);
  link_.log->refused_subscriptions.warning(std::to_string(stream.instrument),
                                           link_.options.name + ": refused " + what + ": " + reason);
  link_.counts.subscriptions_refused.fetch_add(1, std::memory_order_relaxed);
  if (stream.mode != BGW_MODE_DEPTH || stream.depth_level != 0) return link_.writer().refused(stream, code, reason);
  if (w == nullptr) return;
  for (const std::uint16_t level : capabilities_.depth_levels(w->exchange))
    link_.writer().refused({stream.instrument, stream.mode, level, 0}, code, reason);
}

void AdapterHost::suspect(std::uint32_t instrument, std::uint32_t modes, const char* text) noexcept {
  if (is_stale(instrument)) return;
  link_.writer().suspect(instrument, modes, text == nullptr ? "" : log::redacted(text));
}

void AdapterHost::dropped(std::uint32_t kind, std::uint64_t count) noexcept {
  if (kind < BGW_DROP_KINDS) link_.counts.dropped[kind].fetch_add(count, std::memory_order_relaxed);
}

void AdapterHost::list_announced(const char* etag) noexcept {
  if (link_.options.list_announced != nullptr && etag != nullptr) link_.options.list_announced(etag);
}

namespace {

bgw_status no_session(std::string& why) {
  why = "found no session, expected a call between connect and the session's end";
  return BGW_E_STATE;
}

}  // namespace

bgw_status AdapterHost::open_websocket(const bgw_websocket_request& request, std::uint32_t& connection,
                                       std::string& why) {
  if (!in_session_) return no_session(why);
  return sockets_.open(request, link_.frame_limit_ns(subscriptions_.count() != 0), connection, why);
}

namespace {

bgw_status not_found(const char* what, std::uint32_t number, std::string& why) {
  why = std::string("found no ") + what + ' ' + std::to_string(number) + ", expected one that is open";
  return BGW_E_NOT_FOUND;
}

}  // namespace

bgw_status AdapterHost::send(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> data,
                             std::string& why) {
  AdapterSocket* socket = sockets_.find(connection);
  if (socket == nullptr) return not_found("connection", connection, why);
  const auto sent = socket->send(opcode, data);
  if (sent) return BGW_OK;
  why = sent.error().message;
  // The connection is of no use any more, and only the host knows why.
  if (socket->is_open() && !object_.has_failed()) {
    bgw_error error{BGW_E_TRANSIENT, 0, 0, {}};
    std::snprintf(error.message, sizeof error.message, "%s", why.c_str());
    fail(error);
  }
  return BGW_E_STATE;
}

bgw_status AdapterHost::ping(std::uint32_t connection, std::string_view data, std::string& why) {
  AdapterSocket* socket = sockets_.find(connection);
  if (socket == nullptr) return not_found("connection", connection, why);
  if (data.size() > 125) {
    why = "found " + std::to_string(data.size()) + " bytes, expected at most 125";
    return BGW_E_INVALID;
  }
  const auto sent = socket->ping(data);
  if (!sent) why = sent.error().message;
  return sent ? BGW_OK : BGW_E_STATE;
}

bgw_status AdapterHost::close_websocket(std::uint32_t connection, int code, std::string& why) {
  AdapterSocket* socket = sockets_.find(connection);
  if (socket == nullptr) return not_found("connection", connection, why);
  socket->close(code);
  return BGW_OK;
}

bgw_status AdapterHost::request_http(const bgw_http_request& request, std::uint32_t& id, std::string& why) {
  return in_session_ ? requests_.begin(request, id, why) : no_session(why);
}

bgw_status AdapterHost::cancel_http(std::uint32_t id, std::string& why) {
  return requests_.cancel(id) ? bgw_status{BGW_OK} : not_found("request", id, why);
}

void AdapterHost::set_timer(std::uint32_t id, std::int64_t after_ns) {
  if (after_ns < 0) {
    running_timers_.erase(id);
    timers_.cancel(id);
  } else {
    running_timers_.insert(id);
    timers_.set(id, after_ns);
  }
}

const AdapterSetting* AdapterHost::find_setting(std::string_view key) const noexcept {
  for (const AdapterSetting& s : link_.options.settings)
    if (s.key == key) return &s;
  return nullptr;
}

bgw_status AdapterHost::set_capabilities(std::span<const bgw_capability> capabilities, std::string& why) {
  if (!object_.is_initializing()) {
    why = "expected inside initialize";
    return BGW_E_STATE;
  }
  auto narrowed = capabilities_.narrowed_by(capabilities);
  if (!narrowed) {
    why = narrowed.error().message;
    log::error("plugin", link_.options.name + ": set_capabilities: " + why);
    return BGW_E_INVALID;
  }
  capabilities_ = std::move(*narrowed);
  return BGW_OK;
}

bgw_status AdapterHost::set_limits(const bgw_limits& limits, std::string& why) {
  if (!object_.is_initializing()) {
    why = "expected inside initialize";
    return BGW_E_STATE;
  }
  why = registry::Limits::problem_of(&limits);
  if (!why.empty()) {
    log::error("plugin", link_.options.name + ": set_limits: " + why);
    return BGW_E_INVALID;
  }
  link_.account_limits = registry::Limits(limits);
  return BGW_OK;
}

}  // namespace gw::plugin_host
