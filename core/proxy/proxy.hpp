// Makes and connects all parts that serve clients, and runs their threads: with one shard everything runs on one
// thread, with more the shards have threads of their own beside routing's. Nothing is decided here. It has a member for
// each part, and so more of them than a class that does something should have.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "core/admission/admission.hpp"
#include "core/base/result.hpp"
#include "core/bus/doorbell.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/protocol/json_encoder.hpp"
#include "core/proxy/listener.hpp"
#include "core/proxy/options.hpp"
#include "core/requests/catch_up.hpp"
#include "core/requests/clients.hpp"
#include "core/requests/market_days.hpp"
#include "core/requests/notifier.hpp"
#include "core/requests/request_handler.hpp"
#include "core/requests/turn.hpp"
#include "core/routing/router.hpp"
#include "core/session/shard.hpp"

namespace gw::proxy {

class Proxy {
 public:
  // `bell` is rung by the adapters' channels.
  Proxy(const Options& options, bus::Doorbell& bell);
  ~Proxy();
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  // Routing's loop.
  event_loop::EventLoop& loop() { return loop_; }

  // ---- before run(), or on routing's thread
  routing::Router& router() { return router_; }
  requests::RequestHandler& requests() { return requests_; }
  requests::MarketDays& markets() { return markets_; }
  const requests::RequestHandler& requests() const { return requests_; }
  const requests::MarketDays& markets() const { return markets_; }
  const routing::Router& router() const { return router_; }
  const requests::Clients& clients() const { return clients_; }
  void collect_ledger(std::function<void(const session::Ledger&)> done) {
    requests_.collect_ledger(inboxes_, std::move(done));
  }

  // Before run(): who answers HTTP requests that are no upgrades. `answer` is called on the shards' threads.
  void set_http(const websocket::LateHttp& answer) {
    for (const auto& shard : shards_) shard->set_http(answer);
  }
  // Calls `act` here and now; what is the shard's own must be posted to its loop. [any]
  void for_each_shard(const std::function<void(session::Shard&)>& act) {
    for (const auto& shard : shards_) act(*shard);
  }
  std::size_t shard_count() const { return shards_.size(); }
  // Before run(). Returns the port that it got, the same at all hosts.
  Result<std::uint16_t> listen(const ListenAddress& address);
  // Sets the certificate of connections from now on. [any]
  void set_tls(std::shared_ptr<const websocket::ServerTls> tls);

  // Serves until stop(). [the caller's thread becomes routing's]
  void run();
  // Runs `task` on routing's thread. [any]
  void post(std::function<void()> task) { loop_.post(std::move(task)); }
  // Runs `task` on each shard's thread. [any]
  void post_to_shards(const std::function<void(session::Shard&)>& task);
  // From now on the options count for all clients, connected ones too. [any]
  void set_options(const Options& options);
  // Accepts no more, closes every client with 1001 and ends run() when they are gone, or after two seconds. [any]
  void stop();

 private:
  void sweep();

  event_loop::EventLoop loop_;                                       // routing's
  std::vector<std::unique_ptr<event_loop::EventLoop>> shard_loops_;  // none: the only shard has routing's
  std::vector<std::unique_ptr<session::Shard>> shards_;
  // The parts on routing's thread, each after those that it uses.
  requests::Clients::Inboxes inboxes_;  // by shard
  requests::Clients clients_;
  requests::Notifier notifier_;
  protocol::JsonEncoder encoder_;
  routing::Router router_;
  requests::CatchUp catch_up_;
  requests::MarketDays markets_;
  requests::RequestHandler requests_;
  requests::Turn turn_;

  std::shared_ptr<admission::Admission> admission_;
  std::vector<std::unique_ptr<Listener>> listeners_;
  struct Farewell;
  std::unique_ptr<Farewell> farewell_;
};

}  // namespace gw::proxy
