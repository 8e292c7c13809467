// One broker instance as a whole: its channel to routing, the set of wanted subscriptions, its connections (one adapter
// object each), and the one decision when to connect again. Everything runs on the feed thread that serves it; only the
// counts are read from elsewhere.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/ts/netfwd.hpp>

#include "core/base/result.hpp"
#include "core/bus/channel.hpp"
#include "core/liveness/login_turns.hpp"
#include "core/plugin_host/adapter_instance.hpp"
#include "core/plugin_host/library.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/link_policy.hpp"
#include "core/plugin_host/refusals.hpp"
#include "core/plugin_host/wall_clock.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class BrokerLink final : private AdapterOwner {
 public:
  BrokerLink(boost::asio::io_context& io, std::shared_ptr<const Library> library, LinkOptions options,
             bus::Doorbell& routing_bell);
  ~BrokerLink();
  BrokerLink(const BrokerLink&) = delete;
  BrokerLink& operator=(const BrokerLink&) = delete;

  // Makes the first adapter object. An error: the settings are wrong or the plugin failed; the broker cannot be used. A
  // missing secret is none: the link is then auth_expired. [before the feed thread starts]
  Result<void> prepare();
  const registry::Capabilities& capabilities() const { return connections_.front()->capabilities(); }
  const std::string& name() const { return options_.name; }
  bus::Channel& channel() { return channel_; }
  const LinkCounts& counts() const { return counts_; }
  std::int64_t stall_limit_ns() const { return stall_limit_of(*library_, options_); }

  // ---- [feed]
  void start();
  void stop();
  // New credentials: new adapter objects connect at once.
  void relogin(std::vector<AdapterSetting> settings);
  // Goes on after `failed`.
  void retry();

 private:
  struct Bell;
  enum Timer : std::uint32_t { kReconnect, kFollow, kSecondLogin, kIdle, kWatch };

  // AdapterOwner
  void on_ready(AdapterInstance& connection) override;
  void on_lost(AdapterInstance& connection, const Loss& loss) override;
  void on_feed_news() override { tell_feeds(); }
  const Wanted* find_wanted(std::uint32_t instrument) const override;
  std::uint32_t next_session() override { return ++sessions_; }
  std::int64_t wall_at(std::int64_t monotonic_ns) const override { return wall_.at(monotonic_ns); }

  void on_timer(std::uint32_t id);
  void start_over();
  void connect_next();
  void connect_soon();
  void begin(AdapterInstance& connection);
  void say_connected();
  void wait_for_proof();
  bool is_needed(const AdapterInstance& connection) const;
  void refuse_credentials(const std::string& why);
  void wait_after_refusal(const std::string& why);
  void ask_about_credentials();
  void on_credentials(const CredentialsAnswer& answer);
  void reconnect_later(const Loss& loss, const std::string& why);
  void retry_at(std::int64_t at_ns, std::int64_t now_ns, const std::string& why);
  void halt(bus::LinkState state, const std::string& message);
  void set_state(bus::LinkState state, const std::string& message);
  std::shared_ptr<liveness::FeedJudge> make_judge() const;
  std::unique_ptr<AdapterInstance> make_connection(std::shared_ptr<liveness::FeedJudge> judge);
  std::string place_of(const AdapterInstance& connection) const;
  std::optional<std::string> missing_secret() const;

  // broker_link_demand.cpp
  void wait_for_bell();
  void take_demand();
  AdapterInstance& connection(std::uint32_t number);
  bool any_idle() const;
  void close_idle();

  // broker_link_watch.cpp
  void watch();
  void look();
  void tell_feeds();
  void tell_feed(const liveness::MarketWatch& worst);
  std::string text_of(const liveness::MarketWatch& market) const;

  // broker_link_renewal.cpp
  void renew_what_is_due(std::int64_t now_ns);
  void renew(std::size_t number, const std::string& why);
  bool is_logging_in() const;
  bool has_free_place() const;
  bool is_place_borrowed() const;
  void take_its_place(std::size_t number);
  void on_successor_lost(std::size_t number, const Loss& loss);
  std::optional<std::size_t> find_successor(const AdapterInstance& connection) const;
  void drop_successors();

  boost::asio::io_context& io_;
  std::shared_ptr<const Library> library_;
  LinkOptions options_;
  bus::Channel channel_;
  LinkCounts counts_;
  std::unique_ptr<Bell> adapter_bell_;
  WallClock wall_;
  LinkPolicy policy_;
  Refusals refusals_;
  std::unordered_map<std::uint32_t, Wanted> wanted_;  // by handle
  // By the number that demand carries. The first is always there, others while something is wanted of them.
  std::vector<std::unique_ptr<AdapterInstance>> connections_;
  // Logging in beside one whose feed is not what it should be, by the same number; and when that may be.
  std::map<std::size_t, std::unique_ptr<AdapterInstance>> successors_;
  liveness::LoginTurns login_turns_;
  struct Told {
    bus::FeedState state = bus::FeedState::unknown;
    bus::FeedEvidence evidence = bus::FeedEvidence::none;
  };
  std::map<std::string, Told, std::less<>> told_;  // by exchange
  std::uint32_t sessions_ = 0;

  bus::LinkState state_ = bus::LinkState::disconnected;
  std::string message_;
  bool ever_connected_ = false;
  bool running_ = false;
  bool halted_ = false;           // auth_expired or failed: no attempt until somebody acts
  bool refused_once_ = false;     // these credentials
  std::int64_t retry_at_ns_ = 0;  // 0: no attempt is due later
  bool idle_close_due_ = false;
  bool by_choice_ = false;                                      // not connected because it logs in anew for its feed
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // for what is posted
  transport::Timers timers_;
};

}  // namespace gw::plugin_host
