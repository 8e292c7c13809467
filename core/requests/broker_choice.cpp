#include "core/requests/broker_choice.hpp"

#include <utility>

namespace gw::requests {

std::vector<routing::BrokerId> BrokerChoice::brokers_named(const std::vector<std::string>& names) {
  std::vector<routing::BrokerId> ids;
  for (const std::string& name : names) {
    if (const auto id = router_.brokers().find(name)) {
      ids.push_back(*id);
      continue;
    }
    routing::BrokerSetup setup;
    setup.name = name;
    setup.unavailable = "Broker '" + name + "' is not configured: an operator can add it to gateway.yaml";
    ids.push_back(router_.add_broker(std::move(setup)));
  }
  return ids;
}

routing::GroupId BrokerChoice::group_of(const accounts::KeySession& account) {
  if (account.brokers.empty()) return routing::kDefaultGroup;
  std::string key;
  for (const std::string& name : account.brokers) key.append(name).append(1, ',');
  return router_.group_for(key, brokers_named(account.brokers));
}

}  // namespace gw::requests
