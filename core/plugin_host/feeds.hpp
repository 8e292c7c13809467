// All brokers' links, each on its own, and the watchdog that looks after their calls into plugins. What one
// plugin does is waited for by nobody else. [any, but where it says otherwise]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin_host/call_watch.hpp"
#include "core/plugin_host/feed.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::plugin_host {

class Feeds {
 public:
  static constexpr std::int64_t kCallLimitNs = 10'000'000'000;

  // A call into a plugin is given up after `call_limit_ns`.
  explicit Feeds(std::int64_t call_limit_ns = kCallLimitNs) : watch_(call_limit_ns) {}
  ~Feeds() { stop(); }
  Feeds(const Feeds&) = delete;
  Feeds& operator=(const Feeds&) = delete;

  // Takes a broker's link and has it prepared; says how far it has come within `wait_ns`. One that is ready can be
  // found, and on running threads Feed::start() must follow. One that was refused or lost is gone. For one that goes
  // on, settle() tells how it goes on. [main, then control]
  Preparation add(std::shared_ptr<Feed> feed, std::int64_t wait_ns);
  Preparation settle(const std::string& name, std::int64_t wait_ns);
  // Ends the link; returns when it is gone, or given up because its plugin does not return. [main, then control]
  void remove(const std::string& name);
  // Takes a link out as it is; null: there is none. Its calls are watched no more. [main, then control]
  std::shared_ptr<Feed> take(const std::string& name);
  // Puts a link that runs in the place of the one with its name, if there is one, which comes back. [main, then
  // control]
  std::shared_ptr<Feed> replace(std::shared_ptr<Feed> feed);
  // Starts all links. Without a listener nobody watches the calls. [main]
  void start(CallWatch::Listener* listener = nullptr);
  void end_watch() { watch_.stop(); }  // no call of the listener follows [main]
  // Disconnects every adapter and ends the threads, all at the same time. [main]
  void stop();

  // Null: there is no such link, or it is lost. It lives until remove() or stop(). [main, then control]
  Feed* find(const std::string& name) const;
  // The call of that link into its plugin that does not return, or was given up; also while it is prepared.
  std::optional<Hang> hang(const std::string& name) const;
  // How its process ended; empty: it runs, or is none.
  std::string death(const std::string& name) const;
  // Every call that does not return.
  std::vector<Hang> hangs() const;
  // Calls `done` once, on the last thread that answers, with the reports of all links that were started. Links whose
  // plugin hangs are not asked.
  void report(std::function<void(std::vector<LinkReport> reports)> done);
  // Calls `done` once, on the last thread that answers. Links whose plugin hangs are not asked. The function that comes
  // back says, when it is called later, whether no link is silent but for those whose plugin hangs.
  std::function<bool()> ask_all(std::function<void()> done);

 private:
  using List = std::vector<std::shared_ptr<Feed>>;
  static std::shared_ptr<Feed> one_of(const List& list, const std::string& name);
  std::shared_ptr<Feed> at(const std::string& name) const;
  List that_answer() const;

  CallWatch watch_;
  mutable std::mutex mutex_;  // of what follows
  List feeds_;
  List preparing_;
};

}  // namespace gw::plugin_host
