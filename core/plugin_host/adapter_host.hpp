// What an adapter asks of the gateway: the functions behind its bgw_host, of which host_table.cpp makes C functions.
// Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <string_view>

#include "bgw/abi.h"
#include "core/plugin_host/adapter_object.hpp"
#include "core/plugin_host/adapter_requests.hpp"
#include "core/plugin_host/adapter_sockets.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/subscriptions.hpp"
#include "core/plugin_host/update_gate.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class AdapterHost {
 public:
  // All of them outlive this. `capabilities` are those of the adapter, which may narrow them. `after_timer` runs after
  // each call of on_timer, and may be the end of this object.
  AdapterHost(LinkContext& link, AdapterObject& object, AdapterSockets& sockets, AdapterRequests& requests,
              Subscriptions& subscriptions, UpdateGate& updates, registry::Capabilities& capabilities,
              std::function<void()> after_timer);
  AdapterHost(const AdapterHost&) = delete;
  AdapterHost& operator=(const AdapterHost&) = delete;

  // ---- for the connection
  // A session is from connect to its end: only there may the adapter open what it needs, and publish.
  void begin_session() {
    in_session_ = true;
    updates_.open();
  }
  void end_session() {
    in_session_ = false;
    updates_.close();
    timers_.cancel_all();
    running_timers_.clear();
  }
  bool has_timers() const { return !running_timers_.empty(); }

  // ---- for the adapter: see bgw_host. `why` is set when the result is not BGW_OK.
  UpdateGate& updates() { return updates_; }
  void confirm(const bgw_stream& stream) noexcept;
  void refuse(const bgw_stream& stream, bgw_status code, const char* text) noexcept;
  void suspect(std::uint32_t instrument, std::uint32_t modes, const char* text) noexcept;
  void dropped(std::uint32_t kind, std::uint64_t count) noexcept;
  void list_announced(const char* etag) noexcept;
  void ready() noexcept { object_.ask_ready(); }
  void fail(const bgw_error& error) noexcept { object_.ask_failure(error); }
  bgw_status open_websocket(const bgw_websocket_request& request, std::uint32_t& connection, std::string& why);
  bgw_status send(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> data, std::string& why);
  bgw_status ping(std::uint32_t connection, std::string_view data, std::string& why);
  bgw_status close_websocket(std::uint32_t connection, int code, std::string& why);
  bgw_status request_http(const bgw_http_request& request, std::uint32_t& id, std::string& why);
  bgw_status cancel_http(std::uint32_t id, std::string& why);
  void set_timer(std::uint32_t id, std::int64_t after_ns);
  const AdapterSetting* find_setting(std::string_view key) const noexcept;
  bgw_status set_capabilities(std::span<const bgw_capability> capabilities, std::string& why);
  bgw_status set_limits(const bgw_limits& limits, std::string& why);

 private:
  bool is_stale(std::uint32_t instrument) noexcept;

  LinkContext& link_;
  AdapterObject& object_;
  AdapterSockets& sockets_;
  AdapterRequests& requests_;
  Subscriptions& subscriptions_;
  UpdateGate& updates_;
  registry::Capabilities& capabilities_;
  std::function<void()> after_timer_;
  bool in_session_ = false;
  transport::Timers timers_;
  std::set<std::uint32_t> running_timers_;
};

}  // namespace gw::plugin_host
