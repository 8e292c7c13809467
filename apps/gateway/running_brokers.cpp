#include "apps/gateway/running_brokers.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/file_state.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/on_routing.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::app {
namespace {

constexpr const char* kNoBegin = "its process could not begin";
constexpr std::int64_t kStartPatienceNs = 8'000'000'000;  // for the plugins of all brokers, when the gateway begins
constexpr std::int64_t kAskedPatienceNs = 5'000'000'000;  // for a plugin that somebody asked for

}  // namespace

RunningBrokers::RunningBrokers(const GatewayState& state, plugin_host::Feeds& feeds, bus::Doorbell& routing_bell,
                               proxy::Proxy& proxy, InstrumentLists& lists, LinkServices services)
    : state_(state),
      feeds_(feeds),
      routing_bell_(routing_bell),
      proxy_(proxy),
      lists_(lists),
      services_(std::move(services)),
      isolated_(state.config().database) {}

namespace {

// Of the file that the broker's plugin is in.
std::string digest_of(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins) {
  return app::digest_of(broker.plugin, plugins);
}

}  // namespace

bool RunningBrokers::is_given_up(const std::string& name) const {
  return !starts_.contains(name) && feeds_.find(name) == nullptr && feeds_.hang(name).has_value();
}

BrokerStart RunningBrokers::set_up(const config::Broker& broker, const std::vector<plugin_host::ScanEntry>& plugins,
                                   plugin_host::Feeds& feeds, std::int64_t wait_ns) {
  constexpr std::uint32_t kLoginsOfALink = 1U << 20;  // links are as many as reloads, and logins fewer than seconds
  config::Broker as_it_runs = broker;
  if (!runs_in_process(broker, plugins) && isolated_.has(digest_of(broker, plugins))) {
    log::warning("plugin",
                 broker.name + ": its plugin once did not return from a call: it runs in a process of its own");
    as_it_runs.isolation = "process";
  }
  BrokerStart start = set_up_broker(as_it_runs, state_.loaded.file, plugins, feeds, routing_bell_, services_,
                                    state_.config(), links_++ * kLoginsOfALink, wait_ns);
  secrets_seen_[broker.name] = state_of_secrets(broker);
  return start;
}

void RunningBrokers::start_all() {
  std::vector<BrokerStart> starts;
  for (const config::Broker& broker : state_.config().brokers)
    starts.push_back(set_up(broker, state_.plugins, feeds_, 0));
  const std::int64_t limit_ns = monotonic_ns() + kStartPatienceNs;
  std::set<std::string> used;
  for (BrokerStart& start : starts) {
    if (start.goes_on) settle_broker(start, feeds_, std::max<std::int64_t>(limit_ns - monotonic_ns(), 0));
    if (start.goes_on || start.setup.channel != nullptr) used.insert(start.setup.plugin);
    if (start.goes_on || start.is_lost) starts_[start.setup.name] = start;
    proxy_.router().add_broker(std::move(start.setup));
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

void RunningBrokers::start(const config::Broker& broker) { start(broker, kAskedPatienceNs); }

void RunningBrokers::start(const config::Broker& broker, std::int64_t wait_ns) {
  take_up(broker, set_up(broker, state_.plugins, feeds_, wait_ns));
}

void RunningBrokers::take_up(const config::Broker& broker, BrokerStart start) {
  if (start.goes_on) starts_[broker.name] = start;
  const bool is_ready = start.setup.channel != nullptr;
  attach(broker.plugin, std::move(start.setup));
  if (is_ready || start.goes_on) return;
  if (start.is_lost && !start.is_process) isolated_.add(digest_of(broker, state_.plugins));
  const bool was_restarted = restarts_.contains(broker.name);
  if (was_restarted || (start.is_lost && start.is_process))
    note_death(broker, start.problem.empty() ? kNoBegin : start.problem);
}

void RunningBrokers::attach(const std::string& plugin, routing::BrokerSetup setup) {
  const std::string name = setup.name;
  plugin_host::Feed* feed = setup.channel != nullptr ? feeds_.find(name) : nullptr;
  std::shared_ptr<const instruments::Index> index;
  if (feed != nullptr) index = lists_.load(*find_plugin(state_.plugins, plugin));
  on_routing(proxy_, [&] {
    routing::Router& router = proxy_.router();
    auto id = router.brokers().find(name);
    if (id)
      router.attach_broker(*id, std::move(setup));
    else
      id = router.add_broker(std::move(setup));
    if (index) router.set_index(plugin, index);
    warn_of_missing_canaries(router, *id);
  });
  if (feed != nullptr) feed->start();
}

std::string RunningBrokers::why_to_wait(const std::string& name) const {
  if (!starts_.contains(name)) return {};
  const auto hang = feeds_.hang(name);
  return "begins already: " + (hang ? hang->text() : "its plugin has not answered yet");
}

void RunningBrokers::detach(const std::string& name, const std::string& why, const std::string& next_step) {
  on_routing(proxy_, [&] {
    routing::Router& router = proxy_.router();
    if (const auto id = router.brokers().find(name)) router.detach_broker(*id, why, next_step);
  });
}

void RunningBrokers::remove(const std::string& name, const std::string& why) {
  restarts_.erase(name);
  starts_.erase(name);
  end_link(name, why);
}

void RunningBrokers::end_link(const std::string& name, const std::string& why, const std::string& next_step) {
  detach(name, why, next_step);
  feeds_.remove(name);
  secrets_seen_.erase(name);
}

Error RunningBrokers::not_running(const std::string& name) const {
  std::string why = feeds_.death(name);
  if (why.empty())
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

Result<plugin_host::Feed*> RunningBrokers::that_answers(const std::string& name) const {
  const auto hang = feeds_.hang(name);
  plugin_host::Feed* feed = feeds_.find(name);
  if (feed != nullptr && !hang) return feed;
  if (!hang) return not_running(name);
  return Error{hang->text() + ", for " + seconds_text(hang->lasts_ns) +
               (feed == nullptr ? ", and was given up; brokers retry " + name + " begins it in a process of its own"
                                : "; nothing was done")};
}

Result<std::uint64_t> RunningBrokers::begin(const config::Broker& broker) {
  if (const auto plan = restarts_.find(broker.name); plan != restarts_.end()) plan->second.forget();
  start(broker);
  if (plugin_host::Feed* feed = feeds_.find(broker.name)) return feed->retry();
  if (starts_.contains(broker.name))
    return Error{"its plugin has not answered for " + seconds_text(kAskedPatienceNs) +
                 "; the broker serves as soon as it does"};
  return not_running(broker.name);
}

Result<std::uint64_t> RunningBrokers::relogin(const std::string& name) {
  const config::Broker* broker = state_.find_broker(name);
  if (broker == nullptr) return not_running(name);
  look_at_processes();  // which ends what is left of one that died just now
  if (std::string why = why_to_wait(name); !why.empty()) return Error{std::move(why)};
  if (feeds_.find(name) == nullptr && !feeds_.hang(name)) {
    const auto library = broker->enabled ? find_plugin(state_.plugins, broker->plugin) : nullptr;
    if (library == nullptr) return not_running(name);
    if (const auto settings = adapter_settings(*broker, *library); !settings) return settings.error();
    return begin(*broker);
  }
  const auto feed = that_answers(name);
  if (!feed) return feed.error();
  secrets_seen_[name] = state_of_secrets(*broker);  // before they are read: what is written meanwhile is news
  auto settings = adapter_settings(*broker, *find_plugin(state_.plugins, broker->plugin));
  if (!settings) return settings.error();
  return (*feed)->relogin(std::move(*settings));
}

Result<std::uint64_t> RunningBrokers::take_up_secrets(const std::string& name) {
  const config::Broker* broker = state_.find_broker(name);
  plugin_host::Feed* feed = find(name);
  if (broker != nullptr && feed != nullptr && state_of_secrets(*broker) == secrets_seen_[name])
    return feed->counts().logins_asked.load(std::memory_order_relaxed);
  return relogin(name);
}

Result<std::uint64_t> RunningBrokers::retry(const std::string& name) {
  look_at_processes();  // which ends what is left of one that died just now
  if (std::string why = why_to_wait(name); !why.empty()) return Error{std::move(why)};
  if (const config::Broker* broker = state_.find_broker(name); broker != nullptr) {
    if (is_given_up(name)) {
      isolated_.add(digest_of(*broker, state_.plugins));
      remove(name, "Broker '" + name + "' begins in a process of its own");
      return begin(*broker);
    }
    if (const auto plan = restarts_.find(name); plan != restarts_.end() && plan->second.is_waiting())
      return begin(*broker);
  }
  const auto feed = that_answers(name);
  if (!feed) return feed.error();
  return (*feed)->retry();
}

void RunningBrokers::note_death(const config::Broker& broker, const std::string& how) {
  const auto pause = restarts_[broker.name].note_death(broker.restart, monotonic_ns());
  const config::Breaker& breaker = broker.restart.breaker;
  const std::string often = std::to_string(breaker.deaths) + " times within " + seconds_text(breaker.within.count());
  const std::string retry = "broker-gateway brokers retry " + broker.name;
  const std::string next = pause ? "another one begins in " + seconds_text(*pause)
                                 : "it died " + often + ", and begins again with: " + retry;
  // event: …: how the broker's process has ended, and when another one begins
  log::error("broker", broker.name + ": " + how + "; " + next);
  if (!pause) broken_[digest_of(broker, state_.plugins)] = broker.name + ": " + how + ", " + often;
  end_link(broker.name, "Broker '" + broker.name + "': " + how + "; " + next,
           pause ? "the gateway begins its process again by itself" : retry);
}

void RunningBrokers::look_at_processes() {
  for (const config::Broker& broker : state_.config().brokers) {
    if (const auto waiting = starts_.find(broker.name); waiting != starts_.end()) {
      if (waiting->second.goes_on) settle_broker(waiting->second, feeds_, 0);
      if (!waiting->second.goes_on) take_up(broker, std::move(starts_.extract(waiting).mapped()));
      continue;
    }
    if (const std::string how = feeds_.death(broker.name); !how.empty()) note_death(broker, how);
    if (is_given_up(broker.name)) isolated_.add(digest_of(broker, state_.plugins));
    const auto plan = restarts_.find(broker.name);
    if (plan == restarts_.end() || !plan->second.take_planned(monotonic_ns()) || feeds_.find(broker.name) != nullptr)
      continue;
    start(broker, 0);
  }
}

void RunningBrokers::look_at_secrets(const config::Broker& broker) {
  plugin_host::Feed* feed = feeds_.find(broker.name);
  if (feed == nullptr || feed->hang()) return;
  const auto state = static_cast<bus::LinkState>(feed->counts().state.load(std::memory_order_relaxed));
  // The credentials of a connected link are good.
  if (state == bus::LinkState::connected || state_of_secrets(broker) == secrets_seen_[broker.name]) return;
  log::info("broker", broker.name + ": its secret file has changed: logging in again");
  // event: a broker cannot log in with its changed secret file, and why
  if (const auto done = relogin(broker.name); !done) log::error("broker", broker.name + ": " + done.error().message);
}

}  // namespace gw::app
