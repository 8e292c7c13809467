// What an adapter asks of the gateway: the functions behind its bgw_host, of which host_table.cpp makes C functions.
// Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "bgw/abi.h"
#include "core/base/log.hpp"
#include "core/plugin_host/adapter_object.hpp"
#include "core/plugin_host/adapter_socket.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/subscriptions.hpp"
#include "core/plugin_host/update_gate.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class AdapterHost {
 public:
  // All of them outlive this. `capabilities` are those of the adapter, which may narrow them.
  AdapterHost(LinkContext& link, AdapterObject& object, AdapterSocket& socket, Subscriptions& subscriptions,
              UpdateGate& updates, registry::Capabilities& capabilities);
  AdapterHost(const AdapterHost&) = delete;
  AdapterHost& operator=(const AdapterHost&) = delete;

  // ---- for the connection
  const bgw_host& table() const { return table_; }
  void cancel_timers() { timers_.cancel_all(); }

  // ---- for the adapter: see bgw_host
  UpdateGate& updates() { return updates_; }
  void confirm(const bgw_stream& stream) noexcept;
  void refuse(const bgw_stream& stream, bgw_status code, const char* text) noexcept;
  void dropped(std::uint32_t kind, std::uint64_t count) noexcept;
  void list_announced(const char* etag) noexcept;
  void ready() noexcept { object_.ask_ready(); }
  void fail(const bgw_error& error) noexcept { object_.ask_failure(error); }
  bgw_status open_websocket(const bgw_websocket_request& request, std::uint32_t& connection) noexcept;
  bgw_status send(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> data) noexcept;
  bgw_status close_websocket(std::uint32_t connection, int code) noexcept;
  void set_timer(std::uint32_t id, std::int64_t after_ns) noexcept;
  std::int64_t wall_ns() const noexcept { return link_.options.wall(); }
  std::int64_t monotonic_ns() const noexcept { return link_.options.monotonic(); }
  const AdapterSetting* find_setting(std::string_view key) const noexcept;
  bgw_status set_capabilities(std::span<const bgw_capability> capabilities) noexcept;
  void write_log(log::Level level, std::string_view text) const;

 private:
  bool is_stale(std::uint32_t instrument) noexcept;

  LinkContext& link_;
  AdapterObject& object_;
  AdapterSocket& socket_;
  Subscriptions& subscriptions_;
  UpdateGate& updates_;
  registry::Capabilities& capabilities_;
  bgw_host table_;
  transport::Timers timers_;
};

}  // namespace gw::plugin_host
