// A broker's link on a thread of this process: broker sockets, timers and all calls into the plugin. A plugin that does
// not return costs this thread alone; what it holds then lives on until the process ends.
#pragma once

#include <functional>
#include <future>
#include <memory>
#include <thread>

#include "core/plugin_host/broker_link.hpp"
#include "core/plugin_host/feed.hpp"

namespace gw::plugin_host {

class FeedThread final : public Feed {
 public:
  // Makes the link and begins the thread, which waits for tasks.
  FeedThread(std::shared_ptr<const Library> library, LinkOptions options, bus::Doorbell& routing_bell);
  ~FeedThread() override;  // ends

  BrokerLink& link() const;               // until begin_end()
  void post(std::function<void()> task);  // runs `task` on the thread [any]

  void begin() override;
  Preparation preparation(std::int64_t wait_ns) override;
  void give_up() override;
  const registry::Capabilities& capabilities() override { return link().capabilities(); }
  const registry::Limits& limits() override { return link().limits(); }
  std::int64_t stall_limit_ns() override { return link().stall_limit_ns(); }
  bus::Channel& channel() override { return link().channel(); }
  const LinkCounts& counts() override { return link().counts(); }
  CallMark& calls() override { return *calls_; }
  void start() override;
  std::uint64_t relogin(std::vector<AdapterSetting> settings) override;
  std::uint64_t retry() override;
  std::optional<Hang> hang() override;
  bool is_process() const override { return false; }
  std::string death() override { return {}; }
  bool is_lost() override { return calls_->is_given_up(); }
  void report(std::function<void(std::optional<LinkReport> report)> done) override;
  void ask(std::function<void()> done) override { post(std::move(done)); }
  void begin_end() override;
  void end() override;

  // A thread of this process goes on, because a plugin or a name server does not answer: the process must end without
  // running what its end would run, under that thread's feet. [any]
  static bool any_goes_on();

 private:
  struct Body;

  void release_body();

  std::shared_ptr<Body> body_;  // the thread has it too
  std::shared_ptr<CallMark> calls_;
  std::future<Result<void>> prepared_;
  Preparation preparation_;
  std::thread thread_;
  bool is_ending_ = false;
};

}  // namespace gw::plugin_host
