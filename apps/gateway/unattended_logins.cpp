#include "apps/gateway/unattended_logins.hpp"

#include "apps/gateway/environment.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/login_setup.hpp"
#include "core/base/log.hpp"

namespace gw::app {

void UnattendedLogins::start() {
  for (const config::Broker& broker : state_.config().brokers) {
    if (!broker.enabled || broker.login.line == 0) continue;
    const auto library = find_plugin(state_.plugins, broker.plugin);
    if (library == nullptr) continue;
    const auto problems = login_problems(broker, state_.loaded, *library);
    for (const config::Problem& problem : problems)
      log::error("config", problem.text() + "; going on without logins at " + broker.name);
    if (problems.empty() && broker.login.at)
      keeper_.add(broker, library, task_options(broker.plugin, state_.config(), state_.plugins));
  }
  keeper_.start();
}

void UnattendedLogins::look() {
  for (const config::Broker& broker : state_.config().brokers) {
    plugin_host::Feed* feed = brokers_.find(broker.name);
    if (!broker.login.at || feed == nullptr) continue;
    const auto state = static_cast<bus::LinkState>(feed->counts().state.load(std::memory_order_relaxed));
    keeper_.note(broker.name, state == bus::LinkState::auth_expired, state == bus::LinkState::connected);
  }
  for (const std::string& name : keeper_.take_stored())
    if (const auto done = brokers_.take_up_secrets(name); !done)
      // event: a broker cannot log in with the token of an unattended login, and why
      log::error("login", name + ": " + done.error().message);
}

}  // namespace gw::app
