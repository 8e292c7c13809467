// Says in the log what an operator waits for in the morning: that all feeds are live, and that a market has opened or
// closed. Thread: control.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "apps/gateway/monitoring/observation.hpp"
#include "apps/gateway/on_routing.hpp"

namespace gw::app {

class FeedsWatch {
 public:
  // Once a second: looks at what routing's thread has said since the last call.
  void look(proxy::Proxy& proxy);

 private:
  void look_at(const std::vector<BrokerView>& brokers);
  void look_at_markets(const std::vector<BrokerView>& brokers);

  LateAnswer<std::vector<BrokerView>> brokers_;
  bool all_live_ = false;                       // as last said
  std::map<std::string, std::string> markets_;  // the status of each exchange, as last seen
};

}  // namespace gw::app
