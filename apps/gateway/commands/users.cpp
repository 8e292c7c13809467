// Users, and the brokers that serve them.
#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/account_change.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/simulated.hpp"
#include "apps/gateway/terminal/line.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at <= list.size();) {
    const std::size_t comma = std::min(list.find(',', at), list.size());
    names.push_back(list.substr(at, comma - at));
    at = comma + 1;
  }
  return names;
}

// Whether users may be given these brokers. Where gateway.yaml cannot be used, the running gateway is asked.
Result<void> check_brokers(const std::vector<std::string>& names, const RunningGateway& gateway) {
  if (!gateway.loaded()) {
    const auto answer = gateway.ask({{"command", "check_brokers"}, {"brokers", names}});
    return answer ? Result<void>() : Result<void>(answer.error());
  }
  const config::Config& config = gateway.loaded()->config;
  const auto plugins = scan_plugins(config);
  return check_brokers_of_user(config, plugins ? *plugins : std::vector<plugin_host::ScanEntry>{}, names);
}

// "first, else by second"
std::string in_words(const std::vector<std::string>& names) {
  std::string words;
  for (const std::string& name : names) words += (words.empty() ? "" : ", else by ") + name;
  return words;
}

}  // namespace

int users_list(const Options& options) {
  return with_store(options, [&](accounts::AccountStore& store, const RunningGateway& gateway) {
    const auto rows = store.list_users();
    if (!rows) return fail(rows.error().message);
    Json out = Json::array();
    for (const accounts::UserRow& r : *rows)
      out.push_back({{"user", r.name}, {"brokers", r.brokers}, {"keys", r.keys}});
    if (options.json) return std::printf("%s\n", out.dump().c_str()), kDone;
    const auto& loaded = gateway.loaded();
    std::printf("%-20s %-50s %s\n", "USER", "BROKERS", "KEYS");
    for (const accounts::UserRow& r : *rows) {
      std::string brokers;
      for (const std::string& name : r.brokers) brokers += (brokers.empty() ? "" : ",") + name;
      if (brokers.empty()) brokers = loaded ? loaded->config.active_broker.front() + " (default)" : "(default)";
      std::printf("%s%s%4lld\n", cell(r.name, 20).c_str(), cell(brokers, 50).c_str(), static_cast<long long>(r.keys));
    }
    return kDone;
  });
}

int users_set_broker(const Options& options, const BrokersOfUser& request) {
  if (request.is_default == !request.brokers.empty())
    return fail("users set-broker: expected either BROKER[,BROKER...] or --default", kWrong);
  return change_accounts(options, [&](accounts::AccountStore& store, const RunningGateway& gateway) -> Change {
    const std::string& user = request.user;
    const std::vector<std::string> names = request.is_default ? std::vector<std::string>{} : split(request.brokers);
    if (!request.is_default)
      if (const auto good = check_brokers(names, gateway); !good) return {fail(good.error().message, kWrong)};
    const auto before = store.find_user(user);
    if (!before) return {fail(before.error().message)};
    const std::string what =
        user + " is served by " + (request.is_default ? "the brokers of active_broker" : in_words(names));
    if (before->brokers == names) return {kDone, what + " already", "", true};
    const auto done = store.set_brokers(user, names);
    if (!done) return {fail(done.error().message)};
    return {kDone, what, "; the running gateway moves the clients of " + user};
  });
}

int users_delete(const Options& options, const std::string& user) {
  return change_accounts(options, [&](accounts::AccountStore& store, const RunningGateway&) -> Change {
    const auto before = store.find_user(user);
    if (!before) return {fail(before.error().message)};
    const auto done = store.delete_user(user);
    if (!done) return {fail(done.error().message)};
    return {
        kDone,
        user + " and " + std::to_string(before->keys) + (before->keys == 1 ? " key are deleted" : " keys are deleted"),
        "; the running gateway closes the clients of " + user};
  });
}

}  // namespace gw::app
