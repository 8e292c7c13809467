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

class Feed {
 public:
  virtual ~Feed() = default;
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  const std::string& name() const { return name_; }      // of the broker
  const std::string& plugin() const { return plugin_; }  // the file's name

  // Makes the first adapter object. An error: the settings are wrong or the plugin failed, or it did not return within
  // `limit_ns`; the broker cannot be used. A missing secret is no error: the link is then auth_expired.
  virtual Result<void> prepare(std::int64_t limit_ns) = 0;
  // ---- after prepare(), before start()
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
