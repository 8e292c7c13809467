// What `top` knows: the newest answer of the running gateway to "status", and rates as the difference between it and
// the answer before. Pure: times are arguments. [any]
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace gw::app {

struct BrokerRow {
  std::string name;
  std::string state;  // of the link
  std::string feed;   // of the worst exchange
  std::string message;
  double rate = -1;  // updates a second; below 0: not known yet
  double lag = 0;    // seconds of exchange time
  double age = -1;   // seconds since the last tick; below 0: none came
  std::uint64_t connections = 0;
  std::uint64_t most_connections = 0;  // 0: no bound known
  std::uint64_t instruments = 0;       // subscribed
  std::uint64_t most_instruments = 0;  // on all connections; 0: no bound
  bool simulated = false;
};

class TopState {
 public:
  // `most_clients`: the limit of the configuration.
  explicit TopState(std::uint64_t most_clients) : most_clients_(most_clients) {}

  // The answers to "status" and "limits". `seconds`: of a clock that never jumps. `wall`: seconds since 1970.
  void apply(const nlohmann::json& status, const nlohmann::json& limits, double seconds, double wall);
  // The gateway does not answer. What was known stays.
  void lost(std::string why) { trouble_ = std::move(why); }

  const std::vector<BrokerRow>& brokers() const { return brokers_; }
  const std::vector<std::string>& groups() const { return groups_; }  // a line for each
  std::uint64_t port() const { return port_; }
  std::uint64_t clients() const { return clients_; }
  std::uint64_t most_clients() const { return most_clients_; }
  // Each second; below 0: not known yet.
  double updates() const { return updates_.rate; }
  double deliveries() const { return deliveries_.rate; }
  double conflated() const { return conflated_.rate; }
  std::uint64_t lost_updates() const { return lost_; }     // since the gateway's start
  const std::string& trouble() const { return trouble_; }  // empty: the gateway answers
  // The same as one object.
  nlohmann::json json() const;

 private:
  // A counter that only grows. A smaller one is that of another run of the gateway.
  struct Rate {
    std::uint64_t count = 0;
    double at = -1;
    double rate = -1;
    void apply(std::uint64_t now_count, double now);
  };
  struct BrokerRate {
    std::string name;
    Rate updates;
  };
  Rate& rate_of(const std::string& broker);

  const std::uint64_t most_clients_;
  std::uint64_t port_ = 0;
  std::uint64_t clients_ = 0;
  std::uint64_t lost_ = 0;
  Rate updates_, deliveries_, conflated_;
  std::vector<BrokerRate> broker_rates_;
  std::vector<BrokerRow> brokers_;
  std::vector<std::string> groups_;
  std::string trouble_;
};

}  // namespace gw::app
