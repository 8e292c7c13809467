// Which brokers serve a user: the default ones, or those that an operator named for it. [routing]
#pragma once

#include <string>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/routing/router.hpp"

namespace gw::requests {

class BrokerChoice {
 public:
  explicit BrokerChoice(routing::Router& router) : router_(router) {}

  // The brokers with these names, in their order. For a name that gateway.yaml lacks, a broker is added that serves
  // nobody and says why.
  std::vector<routing::BrokerId> brokers_named(const std::vector<std::string>& names);
  // The group of brokers that serves the user of a key.
  routing::GroupId group_of(const accounts::KeySession& account);

 private:
  routing::Router& router_;
};

}  // namespace gw::requests
