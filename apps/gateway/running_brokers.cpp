#include "apps/gateway/running_brokers.hpp"

#include <set>
#include <utility>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/file_state.hpp"
#include "apps/gateway/on_routing.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::app {

RunningBrokers::RunningBrokers(const GatewayState& state, plugin_host::FeedThread& feed, bus::Doorbell& routing_bell,
                               proxy::Proxy& proxy, InstrumentLists& lists, LinkServices services)
    : state_(state),
      feed_(feed),
      routing_bell_(routing_bell),
      proxy_(proxy),
      lists_(lists),
      services_(std::move(services)) {}

routing::BrokerSetup RunningBrokers::set_up(const config::Broker& broker) {
  routing::BrokerSetup setup =
      set_up_broker(broker, state_.loaded.file, state_.plugins, feed_, routing_bell_, services_);
  secrets_seen_[broker.name] = state_of_secrets(broker);
  return setup;
}

void RunningBrokers::start_all() {
  std::set<std::string> used;
  for (const config::Broker& broker : state_.config().brokers) {
    routing::BrokerSetup setup = set_up(broker);
    if (setup.channel != nullptr) used.insert(broker.plugin);
    proxy_.router().add_broker(std::move(setup));
  }
  for (const std::string& plugin : used) {
    const auto index = lists_.load(*find_plugin(state_.plugins, plugin));
    log::info("instruments", plugin + ": " + std::to_string(index->size()) + " instruments");
    if (index->size() == 0)
      log::warning("instruments", plugin +
                                      ": no instruments are known yet; run: broker-gateway instruments update, or "
                                      "instruments import --broker NAME FILE");
    proxy_.router().set_index(plugin, index);
  }
}

void RunningBrokers::start(const config::Broker& broker) {
  routing::BrokerSetup setup = set_up(broker);
  plugin_host::BrokerLink* link = feed_.find(broker.name);
  std::shared_ptr<const instruments::Index> index;
  if (link != nullptr) index = lists_.load(*find_plugin(state_.plugins, broker.plugin));
  on_routing(proxy_, [&] {
    routing::Router& router = proxy_.router();
    auto id = router.brokers().find(broker.name);
    if (id)
      router.attach_broker(*id, std::move(setup));
    else
      id = router.add_broker(std::move(setup));
    if (index) router.set_index(broker.plugin, index);
    warn_of_missing_canaries(router, *id);
  });
  if (link != nullptr) feed_.start_link(*link);
}

void RunningBrokers::detach(const std::string& name, const std::string& why) {
  on_routing(proxy_, [&] {
    routing::Router& router = proxy_.router();
    if (const auto id = router.brokers().find(name)) router.detach_broker(*id, why);
  });
}

void RunningBrokers::remove(const std::string& name, const std::string& why) {
  detach(name, why);
  feed_.remove(name);
  secrets_seen_.erase(name);
}

Error RunningBrokers::not_running(const std::string& name) const {
  std::string why;
  on_routing(proxy_, [&] {
    const routing::Router& router = proxy_.router();
    if (const auto id = router.brokers().find(name)) why = router.brokers()[*id].setup().unavailable;
  });
  if (!why.empty()) return Error{"does not run: " + why};
  std::vector<std::string> names;
  for (const config::Broker& broker : state_.config().brokers) names.push_back(broker.name);
  const std::string meant = did_you_mean(name, names);
  return Error{"gateway.yaml has no broker of this name" + (meant.empty() ? "" : "; did you mean " + meant + "?")};
}

Result<std::uint64_t> RunningBrokers::relogin(const std::string& name) {
  plugin_host::BrokerLink* link = feed_.find(name);
  const config::Broker* broker = state_.find_broker(name);
  if (broker == nullptr) return not_running(name);
  if (link == nullptr) {
    const auto library = broker->enabled ? find_plugin(state_.plugins, broker->plugin) : nullptr;
    if (library == nullptr) return not_running(name);
    if (const auto settings = adapter_settings(*broker, *library); !settings) return settings.error();
    start(*broker);
    link = feed_.find(name);
    if (link == nullptr) return not_running(name);
    const std::uint64_t asked = link->next_asked();
    feed_.post([link, asked] { link->retry(asked); });
    return asked;
  }
  secrets_seen_[name] = state_of_secrets(*broker);  // before they are read: what is written meanwhile is news
  auto settings = adapter_settings(*broker, *find_plugin(state_.plugins, broker->plugin));
  if (!settings) return settings.error();
  const std::uint64_t asked = link->next_asked();
  feed_.post([link, asked, taken = std::move(*settings)]() mutable { link->relogin(std::move(taken), asked); });
  return asked;
}

Result<std::uint64_t> RunningBrokers::take_up_secrets(const std::string& name) {
  const config::Broker* broker = state_.find_broker(name);
  const plugin_host::BrokerLink* link = find_link(name);
  if (broker != nullptr && link != nullptr && state_of_secrets(*broker) == secrets_seen_[name])
    return link->counts().logins_asked.load(std::memory_order_relaxed);
  return relogin(name);
}

Result<std::uint64_t> RunningBrokers::retry(const std::string& name) {
  plugin_host::BrokerLink* link = feed_.find(name);
  if (link == nullptr) return not_running(name);
  const std::uint64_t asked = link->next_asked();
  feed_.post([link, asked] { link->retry(asked); });
  return asked;
}

void RunningBrokers::look_at_secrets(const config::Broker& broker) {
  const auto state =
      static_cast<bus::LinkState>(feed_.find(broker.name)->counts().state.load(std::memory_order_relaxed));
  // The credentials of a connected link are good.
  if (state == bus::LinkState::connected || state_of_secrets(broker) == secrets_seen_[broker.name]) return;
  log::info("broker", broker.name + ": its secret file has changed: logging in again");
  // event: a broker cannot log in with its changed secret file, and why
  if (const auto done = relogin(broker.name); !done) log::error("broker", broker.name + ": " + done.error().message);
}

}  // namespace gw::app
