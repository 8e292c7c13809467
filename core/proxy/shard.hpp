// One proxy shard: a thread, its clients' sockets, one bounded output per client that is written once per turn, and an
// inbox. With one shard, routing runs on this thread too.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/websocket/asio_fwd.hpp"

#include "core/accounts/key_ring.hpp"
#include "core/bus/doorbell.hpp"
#include "core/calendar/calendar.hpp"
#include "core/proxy/client_session.hpp"
#include "core/proxy/wire/market_data.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/router.hpp"
#include "core/websocket/connection.hpp"

namespace gw::proxy {

// Of all clients that there have been: what their topics published while they held them, and what became of it.
struct Ledger {
  std::uint64_t due = 0;
  std::uint64_t delivered = 0;
  std::uint64_t conflated = 0;  // a newer value of the same topic went in their place, to a client that was behind
  std::uint64_t lost = 0;       // to clients whose connection ended before they could have them
  std::uint64_t unexplained() const { return due - delivered - conflated - lost; }
};

struct ShardOptions {
  std::int64_t ping_interval_ns = 30'000'000'000;
  std::int64_t ping_timeout_ns = 10'000'000'000;
  std::int64_t authentication_timeout_ns = 15'000'000'000;
  std::int64_t slow_client_close_ns = 30'000'000'000;
  std::size_t subscriptions_per_client = 30'000;
  std::size_t symbols_per_request = 5'000;
  std::size_t message_size = 1 << 20;
  std::size_t output_per_client = 1 << 20;
};

class Shard final : public routing::SessionPort {
 public:
  // `bell` is rung by the adapters' channels.
  Shard(ShardOptions options, bus::Doorbell& bell);
  ~Shard() override;

  // Serves until stop(). [the shard's own thread]
  void run();
  // Runs `task` on the shard's thread. [any]
  void post(std::function<void()> task);
  // Tells every client 1001 and ends run() when they are gone, or after two seconds. [any]
  void stop();

  // ---- below: [shard], or before run()
  boost::asio::io_context& io();
  routing::Router& router() { return *router_; }
  const ShardOptions& options() const { return options_; }
  // Live sessions are held to them from now on.
  void set_options(const ShardOptions& options);
  const websocket::ServerOptions& websocket_options() const { return websocket_options_; }
  const accounts::KeyRing& keys() const { return *keys_; }
  // Sessions whose key is no longer good are closed with 4401.
  void set_keys(std::shared_ptr<const accounts::KeyRing> keys);
  void set_calendar(std::shared_ptr<const calendar::Calendar> calendar) { calendar_ = std::move(calendar); }
  // "open", "pre_open" or "closed".
  std::string_view market(const std::string& exchange);
  // The brokers that serve an account.
  routing::LineupId lineup_of(const accounts::KeySession& account);
  // The brokers with these names, in their order. One that gateway.yaml lacks serves nobody and says why.
  std::vector<routing::BrokerId> brokers_named(const std::vector<std::string>& names);
  Ledger ledger() const;
  void adopt(TcpSocket&& socket);
  void touch(ClientSession& session) noexcept;
  // Runs what may deliver to sessions. One that ends meanwhile leaves routing when it is over: routing is walking its
  // lists of subscribers until then.
  template <class F>
  void in_turn(F&& f) {
    const bool outermost = !std::exchange(in_turn_, true);
    f();
    if (outermost) end_turn();
  }
  // Ends the session's subscriptions.
  void leave(ClientSession& session);
  void remove(ClientSession& session);
  std::size_t session_count() const { return open_; }

  void deliver(routing::TopicId topic, std::string_view frame,
               std::span<const routing::SessionId> sessions) noexcept override;
  void refused(routing::SessionId session, const routing::TopicInfo& topic, std::string_view reason) override;
  void subscription_changed(routing::TopicId topic, std::span<const routing::SessionId> sessions) override;
  void broker_changed(routing::BrokerId broker) override;
  void feed_changed(routing::BrokerId broker) override;
  void switched(routing::LineupId lineup, std::string_view why) override;

 private:
  void wait_for_bell();
  void turn();
  void end_turn();
  void tell_markets();
  void tell_users_of(routing::BrokerId broker, const std::string& text);
  void flush_touched();
  void schedule_flush();
  void sweep_later();
  void finish_if_empty();

  struct Loop;  // the io_context and what is bound to it
  ShardOptions options_;
  websocket::ServerOptions websocket_options_;
  bus::Doorbell& bell_;
  std::unique_ptr<Loop> loop_;
  wire::SeedEncoder encoder_;
  std::unique_ptr<routing::Router> router_;
  std::shared_ptr<const accounts::KeyRing> keys_;
  std::shared_ptr<const calendar::Calendar> calendar_;
  std::map<std::string, std::string_view, std::less<>> markets_;  // as told last, of those that some client follows
  std::vector<std::unique_ptr<ClientSession>> sessions_;
  std::vector<std::uint32_t> free_;
  std::vector<ClientSession*> touched_;
  std::vector<routing::SessionId> leaving_;
  Ledger ended_;  // of clients that are gone
  std::size_t open_ = 0;
  bool flush_scheduled_ = false;
  bool in_turn_ = false;
  bool stopping_ = false;
};

}  // namespace gw::proxy
