#include "apps/gateway/commands/account_change.hpp"

#include <cstdio>

namespace gw::app {

int with_store(const Options& options,
               const std::function<int(accounts::AccountStore&, const RunningGateway& gateway)>& action) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  auto database = gateway->read_database();
  if (!database) return fail(database.error().message);
  accounts::AccountStore store(**database);
  return action(store, *gateway);
}

int change_accounts(const Options& options,
                    const std::function<Change(accounts::AccountStore&, const RunningGateway& gateway)>& action,
                    database::IfAbsent if_absent) {
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  const bool was_there = database::identity_of(gateway->database()).exists();
  auto database = gateway->open_database(if_absent);
  if (!database) return fail(database.error().message);
  if (!was_there)
    std::fprintf(stderr, "broker-gateway: made the database %s; no gateway runs here yet\n",
                 gateway->database().c_str());
  accounts::AccountStore store(**database);
  const Change made = action(store, *gateway);
  if (made.status != kDone) return made.status;
  if (made.is_unchanged) return say("unchanged: " + made.said);
  const auto told = gateway->tell(**database);
  if (!told) return fail(told.error().message);
  if (made.said.empty()) return kDone;
  return say(made.said + (*told ? made.taken_up : "; no gateway is running here, the next one goes by it"));
}

}  // namespace gw::app
