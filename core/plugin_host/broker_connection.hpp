// One connection of a broker's link: one adapter object with its sockets and requests, and what it carries. The parts
// are made and joined here, and here is the life of its logins: how they begin and end. Owned by Connections. Thread:
// feed.
//
// A login ends once: by the first failing call, or by `fail`, whose code then counts. What comes late for it is
// ignored. The class is larger than others and one thing: nearly every function begins, ends or asks for the state of
// the login.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/plugin_host/adapter_host.hpp"
#include "core/plugin_host/adapter_object.hpp"
#include "core/plugin_host/adapter_requests.hpp"
#include "core/plugin_host/adapter_sockets.hpp"
#include "core/plugin_host/connection_judges.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/subscriptions.hpp"
#include "core/plugin_host/update_gate.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class BrokerConnection;

// How a login ended.
struct Loss {
  bgw_status status = BGW_E_TRANSIENT;
  std::int64_t retry_after_ns = 0;
  std::string why;
  bool silent = false;        // ended by the gateway: no frame came
  bool by_choice = false;     // ended by the gateway: to log in anew for the feed
  std::int64_t lived_ns = 0;  // since it was ready; 0: it never was
};

// Why a login ended, as operators count it.
enum class LossReason : std::uint8_t { lost, silent, renewed, credentials, refused, rate_limited, failed };
inline constexpr std::size_t kLossReasons = 7;
LossReason reason_of(const Loss& loss);
const char* word(LossReason reason);

// What one connection has taken since its object was made.
struct ConnectionCounts {
  std::uint64_t frames = 0;
  std::uint64_t frames_refused = 0;
  std::uint64_t bytes = 0;         // of frames
  std::int64_t last_frame_ns = 0;  // wall; 0: none
};

// The link that a connection belongs to.
class ConnectionOwner {
 public:
  virtual void on_ready(BrokerConnection& connection) = 0;
  virtual void on_lost(BrokerConnection& connection, const Loss& loss) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class BrokerConnection final : private AdapterSocket::Owner,
                               private AdapterObject::Owner,
                               private Subscriptions::Owner {
 public:
  // `link` and `owner` outlive this. The judges are kept when another object replaces this one, which goes on with
  // them.
  BrokerConnection(LinkContext& link, ConnectionOwner& owner, std::shared_ptr<ConnectionJudges> judges);
  ~BrokerConnection();
  BrokerConnection(const BrokerConnection&) = delete;
  BrokerConnection& operator=(const BrokerConnection&) = delete;

  // Makes the adapter object. An error: the settings are wrong or the plugin failed. Missing or refused credentials are
  // no error: login_problem() names them.
  Result<void> create();
  bool exists() const { return object_.exists(); }
  const std::string& login_problem() const { return object_.login_problem(); }
  const registry::Capabilities& capabilities() const { return capabilities_; }
  // Tells the adapter to disconnect, then ends the object.
  void stop();
  void destroy();

  enum class State { idle, connecting, ready };
  const ConnectionCounts& counts() const { return counts_; }
  std::uint64_t updates() const { return updates_.count(); }
  State state() const { return state_; }
  bool is_idle() const { return state_ == State::idle; }
  bool is_ready() const { return state_ == State::ready; }
  // Begins one login; on_ready or on_lost follows, perhaps before it returns.
  void connect();
  // Ends a login whose feed is not what it should be.
  void recycle(const std::string& why);
  // Ends the login, if there is one; on_lost does not follow.
  void disconnect();

  // ---- what it carries
  void subscribe(std::span<const std::uint32_t> instruments);
  void unsubscribe(std::span<const std::uint32_t> instruments);
  // The instrument list says something else of these instruments. The adapter is told nothing.
  void describe(std::span<const std::uint32_t> instruments) { subscriptions_.describe(instruments); }
  void take_over(const BrokerConnection& other) { subscriptions_.take_over(other.subscriptions_); }
  void ask_again(const std::vector<std::uint32_t>& instruments) { subscriptions_.ask_again(instruments); }
  std::size_t carried() const { return subscriptions_.count(); }
  Subscriptions& subscriptions() { return subscriptions_; }

  const std::shared_ptr<ConnectionJudges>& judges() const { return judges_; }
  bool was_lost = false;  // it was logged in, and has not been since; also set by the link

 private:
  // One login, from connect() on. What was posted for an earlier one does nothing.
  struct Login {
    bool is_over = false;
    bool has_lost_socket = false;  // and went on without it
  };

  // AdapterSocket::Owner
  void on_open(AdapterSocket& socket) override;
  void on_frame(AdapterSocket& socket, std::uint32_t opcode, std::span<const std::byte> frame) override;
  void on_close(AdapterSocket& socket, const websocket::CloseInfo& info) override;
  void on_silence(AdapterSocket& socket, const std::string& reason) override;
  // AdapterObject::Owner
  void on_ready_asked() override;
  void on_failure(const bgw_error& failure) override;
  // Subscriptions::Owner
  void on_unsent(const bgw_error& error, const std::string& why) override { lost(BGW_E_TRANSIENT, error, why); }

  void become_ready();
  void on_reply(std::uint32_t id, const bgw_http_response& response);
  bgw_status tell_closed(std::uint32_t socket, const websocket::CloseInfo& info, bgw_error& error);
  bool has_work() const;
  void go_on_without_it(const std::string& socket, const websocket::CloseInfo& info);
  void after_timer();
  void tell_end(const std::string& why);
  void give_up_login();
  void lost(bgw_status status, const bgw_error& error, const std::string& why);
  void end_by_gateway(Loss loss);
  void end_login(Loss loss);
  void leave_login();
  void set_stall_limit();

  LinkContext& link_;
  ConnectionOwner& owner_;
  std::shared_ptr<ConnectionJudges> judges_;
  registry::Capabilities capabilities_;
  AdapterObject object_;
  AdapterSockets sockets_;
  AdapterRequests requests_;
  Subscriptions subscriptions_;
  UpdateGate updates_;
  AdapterHost host_;
  transport::Timers login_timer_;  // timer 0: the login takes too long
  std::shared_ptr<Login> login_;
  State state_ = State::idle;
  ConnectionCounts counts_;
  std::int64_t ready_ns_ = 0;
};

}  // namespace gw::plugin_host
