// One broker's link, wherever it runs. What it does there is waited for by nobody longer than a limit. [any, but where
// it says otherwise]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"
#include "core/bus/channel.hpp"
#include "core/plugin_host/call_watch.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/link_report.hpp"
#include "core/registry/capabilities.hpp"

namespace gw::plugin_host {

// How far the first adapter object is.
struct Preparation {
  enum class State : std::uint8_t { going_on, ready, refused, lost };
  State state = State::going_on;
  // refused: what is wrong with the settings, or failed in the plugin, and of which broker. lost: how
  std::string text;
};

class Feed {
 public:
  virtual ~Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  const std::string& name() const { return name_; }      // of the broker
  const std::string& plugin() const { return plugin_; }  // the file's name

  // Has the first adapter object be made, and does not wait for it. A missing secret is no fault: the link is then
  // auth_expired.
  virtual void begin() = 0;
  // How that goes; waits for the end of it, for `wait_ns` at the most.
  virtual Preparation preparation(std::int64_t wait_ns) = 0;
  // Waits no longer for a plugin that does not return.
  virtual void give_up() = 0;
  // begin(), and its end. An error: it was refused, or lost, or did not end within `limit_ns`.
  Result<void> prepare(std::int64_t limit_ns);
  // ---- when it is ready, before start()
  virtual const registry::Capabilities& capabilities() = 0;
  virtual const registry::Limits& limits() = 0;
  virtual std::int64_t stall_limit_ns() = 0;

  virtual bus::Channel& channel() = 0;
  virtual const LinkCounts& counts() = 0;
  virtual CallMark& calls() = 0;
  virtual void start() = 0;
  // New credentials: new adapter objects connect at once. Both return the number of the login that is asked for:
  // counts().logins_settled reaches it when its outcome is known.
  virtual std::uint64_t relogin(std::vector<AdapterSetting> settings) = 0;
  // Logs in at once where the link has failed or waits to reconnect.
  virtual std::uint64_t retry() = 0;
  // The call into the plugin that does not return, or was given up.
  virtual std::optional<Hang> hang() = 0;
  virtual bool is_process() const = 0;  // it runs in a process of its own
  // It does nothing any more, and only its end is left.
  virtual bool is_lost() = 0;
  // How the process ended, where that is why it is lost: "its process ended by signal 11 (SIGSEGV)". Another one may
  // begin. Empty: it did not.
  virtual std::string death() = 0;
  // Calls `done` from the link's side, with nothing where the link was not started.
  virtual void report(std::function<void(std::optional<LinkReport> report)> done) = 0;
  virtual void ask(std::function<void()> done) = 0;  // calls `done` from the link's side

  // Has the link end and its adapter be destroyed. Does not wait.
  virtual void begin_end() = 0;
  // Waits for that. A plugin that does not return within two seconds is given up.
  virtual void end() = 0;

 protected:
  Feed(std::string name, std::string plugin) : name_(std::move(name)), plugin_(std::move(plugin)) {}

 private:
  std::string name_;
  std::string plugin_;
};

}  // namespace gw::plugin_host
