// What the commands about users and keys share: reading the database, and changing it under a running gateway.
#pragma once

#include <functional>
#include <string>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "core/accounts/account_store.hpp"

namespace gw::app {

// Reads the database, and returns what `action` does.
int with_store(const Options& options,
               const std::function<int(accounts::AccountStore&, const RunningGateway& gateway)>& action);

// What a change of the database came to.
struct Change {
  int status = kDone;         // else the action has said why
  std::string said{};         // a sentence; empty: the action has printed what there is to say
  std::string taken_up{};     // what follows it where a gateway runs
  bool is_unchanged = false;  // there was nothing to do: "unchanged: " goes before the sentence
};

// Changes the database, has the running gateway take the change up, and says what came of it. Where the command itself
// made the database, standard error says which.
int change_accounts(const Options& options,
                    const std::function<Change(accounts::AccountStore&, const RunningGateway& gateway)>& action,
                    database::IfAbsent if_absent = database::IfAbsent::fail);

}  // namespace gw::app
