// The thread that serves adapters: broker sockets, timers and all calls into plugins.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/ts/netfwd.hpp>

#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {

class FeedThread {
 public:
  FeedThread();
  ~FeedThread();  // stops

  // Makes a link, which this object owns. On a running thread, start_link() must follow. [main, then control]
  BrokerLink& add(std::shared_ptr<const Library> library, LinkOptions options, bus::Doorbell& routing_bell);
  // Ends the link; returns when it is gone. [control]
  void remove(const std::string& name);
  void remove_last();  // a link whose prepare() failed
  void start();
  // Disconnects every adapter and ends the thread. [any but feed]
  void stop();
  // Runs `task` on the feed thread. [any]
  void post(std::function<void()> task);
  void start_link(BrokerLink& link);          // [control]
  BrokerLink* find(const std::string& name);  // [main, then control]
  // Calls `done` on the feed thread with the reports of all links that were started. [any]
  void report(std::function<void(std::vector<LinkReport> reports)> done);

 private:
  struct Loop;
  std::unique_ptr<Loop> loop_;
  std::vector<std::unique_ptr<BrokerLink>> links_;
  std::vector<BrokerLink*> started_;  // [feed]
  std::thread thread_;
};

}  // namespace gw::plugin_host
