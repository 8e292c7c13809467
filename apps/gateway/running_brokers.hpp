// The brokers of a running gateway: sets them up, gives them to routing, starts, logs in anew and removes them. Thread:
// main until the control thread begins, then control.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/instrument_lists.hpp"
#include "apps/gateway/isolated_files.hpp"
#include "apps/gateway/restart_plan.hpp"
#include "core/base/result.hpp"
#include "core/bus/doorbell.hpp"
#include "core/plugin_host/feeds.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class RunningBrokers {
 public:
  // The links use `services` until their threads have ended.
  RunningBrokers(const GatewayState& state, plugin_host::Feeds& feeds, bus::Doorbell& routing_bell, proxy::Proxy& proxy,
                 InstrumentLists& lists, LinkServices services);

  // Makes a link of the broker with one of these plugins, and adds it to `feeds`; waits for the plugin, for `wait_ns`
  // at the most.
  BrokerStart set_up(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins,
                     plugin_host::Feeds& feeds, std::int64_t wait_ns);
  // Sets up all brokers of the configuration. Call it before the threads begin.
  void start_all();
  // A plugin that does not answer soon is waited for by look_at_processes().
  void start(const config::Broker& broker);
  // Ends the broker's link, after routing has let go of it.
  void remove(const std::string& name, const std::string& why);
  // Routing serves nothing of the broker from now on; its link, if it runs, keeps running.
  // `next_step` as in BrokerSetup.
  void detach(const std::string& name, const std::string& why, const std::string& next_step = {});

  // Reads the credentials anew where the configuration says, and logs in with them. A broker that does not run, because
  // its settings could not be used or its process has died, is set up anew. Returns the number of the login: its
  // outcome is known when the link's counts say that it is settled.
  Result<std::uint64_t> relogin(const std::string& name);
  // The same, unless the secrets' files are those of the present login: somebody has taken them up already, and the
  // number is that of the last login.
  Result<std::uint64_t> take_up_secrets(const std::string& name);
  Result<std::uint64_t> retry(const std::string& name);
  // Ends what is left of processes that died, begins others when it is time, and has brokers serve whose plugin has
  // answered meanwhile. Notes which files did not return. Waits for no plugin.
  void look_at_processes();
  // The plugin files whose processes died too often since the last call: by SHA-256, how the last one ended.
  std::map<std::string, std::string> take_broken() { return std::exchange(broken_, {}); }
  // The deaths of the broker's processes are forgotten: it runs another file.
  void forget_deaths(const std::string& name) { restarts_.erase(name); }
  // Logs in anew if a secret's file has changed since the present login, unless the link is connected.
  void look_at_secrets(const config::Broker& broker);
  // Null: the broker does not run, or its plugin was given up.
  plugin_host::Feed* find(const std::string& name) const { return feeds_.find(name); }
  // The call into its plugin that does not return, or was given up.
  std::optional<plugin_host::Hang> hang(const std::string& name) const { return feeds_.hang(name); }

 private:
  // The broker's link, or why nothing can be asked of it.
  Result<plugin_host::Feed*> that_answers(const std::string& name) const;
  // Why the broker does not run.
  Error not_running(const std::string& name) const;
  void note_death(const config::Broker& broker, const std::string& how);
  void end_link(const std::string& name, const std::string& why, const std::string& next_step = {});
  void start(const config::Broker& broker, std::int64_t wait_ns);
  // Gives routing what has come of it.
  void take_up(const config::Broker& broker, BrokerStart start);
  void attach(const std::string& plugin, routing::BrokerSetup setup);
  // Why nothing can be asked of a broker that has not answered yet; empty: that is not so.
  std::string why_to_wait(const std::string& name) const;
  // Begins the broker, which does not run, and has it log in.
  Result<std::uint64_t> begin(const config::Broker& broker);
  bool is_given_up(const std::string& name) const;

  const GatewayState& state_;
  plugin_host::Feeds& feeds_;
  bus::Doorbell& routing_bell_;
  proxy::Proxy& proxy_;
  InstrumentLists& lists_;
  LinkServices services_;
  IsolatedFiles isolated_;
  std::uint32_t links_ = 0;                          // made so far
  std::map<std::string, BrokerStart> starts_;        // by broker: those that wait for look_at_processes()
  std::map<std::string, std::string> broken_;        // by SHA-256: see take_broken
  std::map<std::string, RestartPlan> restarts_;      // by broker: those whose process has died
  std::map<std::string, std::string> secrets_seen_;  // by broker: its secret files at the present login
};

}  // namespace gw::app
