#include "core/plugin_host/adapter_host.hpp"

#include <cstdio>
#include <exception>
#include <string>
#include <utility>

#include "core/plugin_host/host_table.hpp"

namespace gw::plugin_host {

AdapterHost::AdapterHost(LinkContext& link, AdapterObject& object, AdapterSocket& socket, Subscriptions& subscriptions,
                         UpdateGate& updates, registry::Capabilities& capabilities)
    : link_(link),
      object_(object),
      socket_(socket),
      subscriptions_(subscriptions),
      updates_(updates),
      capabilities_(capabilities),
      table_(make_host_table(*this)),
      timers_(
          link.io, [this](std::uint32_t id) { object_.on_timer(id); }, link.options.make_alarm) {}

// A handle that was let go may serve another instrument by now: a late word about it must not reach that one.
bool AdapterHost::is_stale(std::uint32_t instrument) noexcept {
  if (subscriptions_.is_live(instrument)) return false;
  link_.counts.updates_invalid.fetch_add(1, std::memory_order_relaxed);
  return true;
}

void AdapterHost::confirm(const bgw_stream& stream) noexcept {
  if (is_stale(stream.instrument)) return;
  subscriptions_.on_answer(stream.instrument);
  link_.writer().confirmed(stream);
}

void AdapterHost::refuse(const bgw_stream& stream, bgw_status code, const char* text) noexcept {
  if (is_stale(stream.instrument)) return;
  subscriptions_.on_answer(stream.instrument);
  if (text == nullptr) text = "";
  log::warning("broker", link_.options.name + ": a subscription was refused: " + text);
  link_.counts.subscriptions_refused.fetch_add(1, std::memory_order_relaxed);
  link_.writer().refused(stream, code, log::redacted(text));
}

void AdapterHost::dropped(std::uint32_t kind, std::uint64_t count) noexcept {
  if (kind < BGW_DROP_KINDS) link_.counts.dropped[kind].fetch_add(count, std::memory_order_relaxed);
}

void AdapterHost::list_announced(const char* etag) noexcept {
  if (link_.options.list_announced != nullptr && etag != nullptr) link_.options.list_announced(etag);
}

bgw_status AdapterHost::open_websocket(const bgw_websocket_request& request, std::uint32_t& connection) noexcept {
  try {
    return socket_.open(request, link_.frame_limit_ns(subscriptions_.count() != 0), connection);
  } catch (const std::exception& e) {
    log::error("broker", link_.options.name + ": cannot open a WebSocket: " + e.what());
    return BGW_E_TRANSIENT;
  }
}

bgw_status AdapterHost::send(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> data) noexcept {
  if (!socket_.is(connection)) return BGW_E_STATE;
  const auto sent = socket_.send(opcode, data);
  if (sent) return BGW_OK;
  // The connection is of no use any more, and only the host knows why.
  if (socket_.is_open() && !object_.has_failed()) {
    bgw_error error{BGW_E_TRANSIENT, 0, 0, {}};
    std::snprintf(error.message, sizeof error.message, "%s", sent.error().message.c_str());
    fail(error);
  }
  return BGW_E_STATE;
}

bgw_status AdapterHost::close_websocket(std::uint32_t connection, int code) noexcept {
  if (!socket_.is(connection)) return BGW_E_STATE;
  socket_.close(code);
  return BGW_OK;
}

void AdapterHost::set_timer(std::uint32_t id, std::int64_t after_ns) noexcept {
  if (after_ns < 0)
    timers_.cancel(id);
  else
    timers_.set(id, after_ns);
}

const AdapterSetting* AdapterHost::find_setting(std::string_view key) const noexcept {
  for (const AdapterSetting& s : link_.options.settings)
    if (s.key == key) return &s;
  return nullptr;
}

bgw_status AdapterHost::set_capabilities(std::span<const bgw_capability> capabilities) noexcept {
  if (!object_.is_initializing()) return BGW_E_STATE;
  auto narrowed = capabilities_.narrowed_by(capabilities);
  if (!narrowed) {
    log::error("plugin", link_.options.name + ": set_capabilities: " + narrowed.error().message);
    return BGW_E_INVALID;
  }
  capabilities_ = std::move(*narrowed);
  return BGW_OK;
}

void AdapterHost::write_log(log::Level level, std::string_view text) const {
  if (log::enabled(level)) log::write(level, "plugin", link_.options.name + ": " + std::string(text));
}

}  // namespace gw::plugin_host
