// One adapter object and all that the gateway does for it: its socket, timers, settings, reconnects, and the replay of
// what is wanted. Everything runs on the feed thread that serves it; only the counts are read from elsewhere.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/ts/netfwd.hpp>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/bus/channel.hpp"
#include "core/plugin_host/library.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/backoff.hpp"
#include "core/transport/timers.hpp"
#include "core/transport/ws_client.hpp"

namespace gw::plugin_host {

// What a failed call said, never empty.
std::string text_of(const bgw_error& error);

// A setting as the plugin will read it.
struct AdapterSetting {
  std::string key;
  std::string text;                    // canonical: see bgw_host.setting
  std::vector<std::int64_t> integers;  // of a list
  bool is_secret = false;
  bool is_missing = false;  // a secret that is not there (yet)
};

struct AdapterOptions {
  std::string name;  // of the broker instance
  std::vector<AdapterSetting> settings;
  transport::BackoffOptions reconnect;
  std::int64_t stall_limit_ns = 0;  // 0: from the plugin's heartbeat, about twice that
};

// Read by the control thread. [any]
struct AdapterCounts {
  std::atomic<std::uint64_t> connects{0};
  std::atomic<std::uint64_t> frames{0};
  std::atomic<std::uint64_t> frames_refused{0};
  std::atomic<std::uint64_t> updates{0};
  std::atomic<std::uint64_t> updates_invalid{0};
  std::atomic<std::uint64_t> conflated{0};
  std::atomic<std::uint64_t> wanted{0};
  std::atomic<std::uint32_t> state{static_cast<std::uint32_t>(bus::LinkState::disconnected)};
};

class AdapterInstance final : public transport::WsClient::Events {
 public:
  AdapterInstance(boost::asio::io_context& io, std::shared_ptr<const Library> library, AdapterOptions options,
                  bus::Doorbell& routing_bell);
  ~AdapterInstance() override;
  AdapterInstance(const AdapterInstance&) = delete;
  AdapterInstance& operator=(const AdapterInstance&) = delete;

  // create and initialize. An error: the settings are wrong or the plugin failed; the broker cannot be used. A missing
  // secret is none: the link is then auth_expired. [before the feed thread starts]
  Result<void> prepare();
  const registry::Capabilities& capabilities() const { return capabilities_; }
  const std::string& name() const { return options_.name; }
  bus::Channel& channel() { return channel_; }
  const AdapterCounts& counts() const { return counts_; }

  // ---- [feed]
  void start();
  void stop();
  // New credentials: a new adapter object connects at once.
  void relogin(std::vector<AdapterSetting> settings);
  // Goes on after `failed`.
  void retry();

 private:
  friend struct HostTable;
  struct Wanted {
    std::uint32_t mode;
    std::uint32_t depth_level;
    std::string symbol, exchange, broker_symbol, broker_exchange, token;
  };

  // WsClient::Events
  void on_open() override;
  void on_frame(std::uint32_t opcode, std::span<const std::byte> frame) override;
  void on_close(const websocket::CloseInfo& info) override;

  // Runs one call into the adapter; whatever it throws becomes a status. What the adapter asked for during the call
  // (ready, fail) is acted on afterwards, so that the host never calls back from inside a host function.
  template <class F>
  bgw_status call(bgw_error& error, F&& function) {
    if (!begin_call(error)) return BGW_E_STATE;
    bgw_status status = BGW_E_EXCEPTION;
    try {
      status = function();
    } catch (...) {
      describe_exception(error);
    }
    return end_call(status, error);
  }
  bool begin_call(bgw_error& error) noexcept;
  static void describe_exception(bgw_error& error) noexcept;
  bgw_status end_call(bgw_status status, const bgw_error& error);
  void after_call();

  Result<void> create_adapter();
  void destroy_adapter();
  void connect();
  void start_over();
  // A call into the adapter ended the session. fail() does so too and has the last word.
  void lost(bgw_status status, const bgw_error& error, const std::string& why);
  void end_session(bgw_status status, const bgw_error& error, const std::string& why);
  void wait_for_login(const std::string& why);
  void reconnect_later(std::int64_t least_ns, const std::string& why);
  void set_state(bus::LinkState state, const std::string& message);
  void replay();
  void take_demand();
  void apply(const std::vector<std::uint32_t>& subscribe, const std::vector<std::uint32_t>& unsubscribe);
  void wait_for_bell();
  const AdapterSetting* find_setting(std::string_view key) const;
  std::optional<std::string> missing_secret() const;
  std::int64_t stall_limit() const;

  // what the adapter asks of the host
  void publish(const bgw_update& update) noexcept;
  bgw_status open_websocket(const bgw_websocket_request& request, std::uint32_t& connection);
  void drop_socket();
  bool is_live(std::uint32_t handle) const noexcept;

  boost::asio::io_context& io_;
  std::shared_ptr<const Library> library_;  // first of what the adapter needs, so that it goes last
  AdapterOptions options_;
  bus::Channel channel_;
  AdapterCounts counts_;
  registry::Capabilities capabilities_;
  bgw_host host_{};
  void* adapter_ = nullptr;
  bool initializing_ = false;

  struct Loop;
  std::unique_ptr<Loop> loop_;
  transport::Backoff backoff_;
  transport::Timers timers_;
  std::unique_ptr<transport::WsClient> socket_;
  std::uint32_t connection_ = 0;  // 0: nothing that the socket says counts

  // One attempt to be connected, from connect() on. What was posted for an earlier one does nothing.
  struct Session {
    bool is_over = false;
  };
  std::shared_ptr<Session> session_;
  std::string login_problem_;  // what initialize said about the credentials

  bus::LinkState state_ = bus::LinkState::disconnected;
  bool ever_connected_ = false;
  bool running_ = false;
  int calls_ = 0;
  bool ready_asked_ = false;
  std::optional<bgw_error> failure_;
  std::int64_t frame_time_ns_ = 0;  // wall, while a frame is being decoded
  std::unordered_map<std::uint32_t, Wanted> wanted_;
  // By handle. 0: may not be published; else one more than the depth level that the adapter was asked for.
  std::vector<std::uint16_t> asked_;
};

}  // namespace gw::plugin_host
