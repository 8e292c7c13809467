// Whether the gateway serves what is wanted of it, and if not, why and what comes next. `status`, /readyz and /metrics
// all tell this one verdict. Depends on nothing but its argument. [any]
#pragma once

#include <string>
#include <vector>

#include "apps/gateway/monitoring/observation.hpp"

namespace gw::app {

struct Problem {
  std::string broker;
  std::string exchange;  // empty: the broker as a whole
  std::string status;    // the word that clients are told: "stale", "reconnecting" and so on
  std::string reason;
  std::string next_step;

  // "BROKER, NSE: stale: no tick since …; next: …"
  std::string text() const;
};

struct Verdict {
  // Users lack what one of these brokers should serve now.
  std::vector<Problem> problems;
  // Other brokers that are enabled and not connected, or whose feed is stale, and that nobody waits for now.
  std::vector<Problem> others;
  // What is wrong with the database, which keeps nobody from being served now; empty: nothing.
  std::string database;

  bool is_ready() const { return problems.empty(); }
};

// An exchange is served well when its feed is live or quiet, or its market is closed. Where nothing is wanted, the
// active broker of the default group must be connected.
Verdict judge(const std::vector<BrokerView>& brokers, std::string database_problem = "");

}  // namespace gw::app
