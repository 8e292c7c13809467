// Links that get ready beside those that serve the same brokers, and take over from them: for another build of a
// plugin. Thread: control; stop: main.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/running_brokers.hpp"
#include "core/base/result.hpp"
#include "core/plugin_host/feeds.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class NextLinks {
 public:
  NextLinks(RunningBrokers& brokers, plugin_host::Feeds& feeds, proxy::Proxy& proxy)
      : brokers_(brokers), feeds_(feeds), proxy_(proxy) {}

  // Whether a second link of the broker may run beside the present one: why not; empty: it may, as far as is known.
  std::string why_not_beside(const std::string& name) const;
  // Makes and starts a link of the broker with one of these plugins; does not wait for the plugin. The error: it cannot
  // be used; where it `may` be tried all the same, the one before has to end first.
  struct Refusal {
    std::string why;
    bool may = false;
  };
  std::optional<Refusal> begin(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins);
  enum class State : std::uint8_t { waiting, ready, lost };
  struct Standing {
    State state = State::lost;
    std::string text;  // what it waits for, or how it was lost
  };
  Standing standing(const std::string& name);
  // The next link keeps what it brings. A moment later it may take over.
  void hold(const std::string& name);
  // The next link serves, and the one before ends.
  void take_over(const std::string& name);
  void drop(const std::string& name);
  // Ends all of them.
  void stop() { next_.stop(); }

 private:
  std::optional<routing::BrokerId> id_of(const std::string& name) const;
  std::optional<Refusal> take_up(BrokerStart start);

  RunningBrokers& brokers_;
  plugin_host::Feeds& feeds_;
  proxy::Proxy& proxy_;
  plugin_host::Feeds next_;
  std::map<std::string, BrokerStart> starts_;  // by broker: those whose plugin has not answered yet
  struct Unanswered {
    std::int64_t since_ns = 0;  // monotonic
    std::uint64_t updates = 0;  // of the present link at that time
  };
  std::map<std::string, Unanswered> unanswered_;  // by broker: those that are connected and told all
};

}  // namespace gw::app
