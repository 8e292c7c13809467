#include "apps/gateway/login_setup.hpp"

#include <algorithm>
#include <utility>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/own_files.hpp"
#include "apps/gateway/place_problems.hpp"
#include "core/config/settings.hpp"

namespace gw::app {

std::vector<config::Problem> missing_for_login(const config::Broker& broker, const config::Loaded& loaded,
                                               const plugin_host::Library& library) {
  const std::string& file = loaded.file;
  std::vector<config::Problem> problems;
  const bgw_login& login = *library.login();
  for (const std::string& key : login::names_in(login.needs)) {
    const bool is_given = std::any_of(broker.settings.begin(), broker.settings.end(),
                                      [&](const config::Setting& s) { return s.key == key; });
    if (!is_given)
      problems.push_back({file, broker.line, "brokers." + broker.name + ".settings." + key, "nothing",
                          std::string(config::kReference) + ", because a login needs it"});
  }
  login::token_files(broker, file, login::names_in(login.stores), problems);
  for (config::Problem& problem : token_file_problems(broker, loaded, library)) problems.push_back(std::move(problem));
  return problems;
}

std::vector<config::Problem> token_file_problems(const config::Broker& broker, const config::Loaded& loaded,
                                                 const plugin_host::Library& library) {
  std::vector<config::Problem> problems;
  if (library.login() == nullptr) return problems;
  const OwnFiles own(loaded);
  // Of two tokens in one file, the later one is named.
  std::vector<std::string> ignored;
  for (const std::string& name : login::names_in(library.login()->stores)) ignored.push_back(setting_key(broker, name));
  std::reverse(ignored.begin(), ignored.end());
  for (; !ignored.empty(); ignored.pop_back()) {
    for (const config::Setting& setting : broker.settings) {
      if (setting_key(broker, setting.key) != ignored.back() || setting.values.size() != 1) continue;
      if (setting.values[0].source != config::Value::Source::file) continue;
      if (const std::string what = own.what_is_at(setting.values[0].text, ignored); !what.empty())
        problems.push_back({loaded.file, setting.line, ignored.back(), what,
                            "a file of its own, because a login writes the new value there"});
    }
  }
  return problems;
}

std::vector<config::Problem> login_problems(const config::Broker& broker, const config::Loaded& loaded,
                                            const plugin_host::Library& library) {
  const std::string& file = loaded.file;
  const config::Login& wanted = broker.login;
  if (wanted.line == 0) return token_file_problems(broker, loaded, library);
  const std::string key = "brokers." + broker.name + ".login";
  const bgw_login* login = library.login();
  if (login == nullptr)
    return {{file, wanted.line, key, "it for the plugin " + broker.plugin,
             "no such key: this plugin cannot log in by itself"}};
  const bool is_by_page = (login->flags & BGW_LOGIN_BY_PAGE) != 0;
  if (is_by_page && wanted.at)
    return {{file, wanted.line, key + ".at", "a time",
             "no such key: a person logs in at this broker's page, with broker-gateway login " + broker.name}};
  if (!is_by_page && !wanted.redirect.empty())
    return {
        {file, wanted.line, key + ".redirect", wanted.redirect, "no such key: a login at this broker needs no page"}};
  return missing_for_login(broker, loaded, library);
}

std::vector<config::Problem> token_place_problems(const config::Broker& broker, const config::Loaded& loaded,
                                                  const plugin_host::Library& library) {
  std::vector<config::Problem> problems;
  if (library.login() == nullptr || !broker.login.at) return problems;
  for (const auto& [name, path] : token_files_of(broker, library)) {
    const std::string why = why_not_stored(path);
    if (why.empty()) continue;
    const std::string key = setting_key(broker, name);
    problems.push_back({loaded.file, loaded.line_of(key), key, path + " (" + why + ")",
                        "a file that the gateway can write, because a login stores the new value there"});
  }
  return problems;
}

Result<login::Login> make_login(const config::Broker& broker, std::shared_ptr<const plugin_host::Library> library,
                                std::function<bool()> is_wanted) {
  auto settings = adapter_settings(broker, *library);
  if (!settings) return settings.error();
  login::TokenFiles files = token_files_of(broker, *library);
  login::LoginOptions options{broker.name, std::move(*settings), outgoing_of(broker), std::move(is_wanted)};
  return login::Login(std::move(library), std::move(options), std::move(files));
}

login::TokenFiles token_files_of(const config::Broker& broker, const plugin_host::Library& library) {
  std::vector<config::Problem> ignored;
  return login::token_files(broker, "", login::names_in(library.login()->stores), ignored);
}

}  // namespace gw::app
