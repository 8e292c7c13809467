// All that serves clients: the desk with routing, the shards, and the threads of both. With one shard everything runs
// on one thread; with more the desk has a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/doorbell.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/proxy/desk.hpp"
#include "core/proxy/listener.hpp"
#include "core/proxy/options.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {

class Proxy {
 public:
  // `bell` is rung by the adapters' channels.
  Proxy(const ShardOptions& options, bus::Doorbell& bell);
  ~Proxy();

  // Before run(), or on routing's thread.
  Desk& desk() { return *desk_; }
  routing::Router& router() { return desk_->router(); }
  // Before run(): the port that it got.
  Result<std::uint16_t> listen(const ListenAddress& address);
  // The certificate of connections from now on. [any]
  void set_tls(std::shared_ptr<const websocket::ServerTls> tls);

  // Serves until stop(). [the caller's thread becomes routing's]
  void run();
  // Runs `task` on routing's thread. [any]
  void post(std::function<void()> task) { desk_loop_->post(std::move(task)); }
  // Runs `task` on each shard's thread. [any]
  void post_to_shards(const std::function<void(Shard&)>& task);
  // Clients are held to them from now on. [any]
  void set_options(const ShardOptions& options);
  // Accepts no more, tells every client 1001 and ends run() when they are gone, or after two seconds. [any]
  void stop();

 private:
  std::unique_ptr<event_loop::EventLoop> desk_loop_;
  std::vector<std::unique_ptr<event_loop::EventLoop>> shard_loops_;  // none: the desk's is the only shard's too
  std::vector<std::unique_ptr<Shard>> shards_;
  std::unique_ptr<Desk> desk_;
  std::shared_ptr<admission::Admission> admission_ = std::make_shared<admission::Admission>();
  std::vector<std::unique_ptr<Listener>> listeners_;
  struct Farewell;
  std::unique_ptr<Farewell> farewell_;
};

}  // namespace gw::proxy
