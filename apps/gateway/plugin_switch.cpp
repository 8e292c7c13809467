#include "apps/gateway/plugin_switch.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/on_routing.hpp"
#include "apps/gateway/simulated.hpp"
#include "core/accounts/account_store.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/config/settings.hpp"

namespace gw::app {
namespace {

constexpr std::int64_t kLimitNs = 10'000'000'000;  // for the other build to get as far as the present one is

std::string because(const std::string& name) { return "Broker '" + name + "' changes to another build of its plugin"; }

bool is_connected(plugin_host::Feed* feed) {
  return feed != nullptr &&
         feed->counts().state.load(std::memory_order_relaxed) == static_cast<std::uint32_t>(bus::LinkState::connected);
}

}  // namespace

// Those of the configuration that run one of the file's plugins, or would.
std::vector<const config::Broker*> PluginSwitch::brokers() const {
  std::set<std::string> plugins;
  for (const Entries* entries : {&before_, &after_})
    for (const plugin_host::ScanEntry& entry : *entries)
      if (entry.file == file_ && entry.library != nullptr) plugins.insert(entry.library->descriptor().broker);
  std::vector<const config::Broker*> found;
  for (const config::Broker& broker : parts_.state.config().brokers)
    if (broker.enabled && plugins.contains(broker.plugin)) found.push_back(&broker);
  return found;
}

// What the file lacks; empty: nothing.
std::string PluginSwitch::fault_of(const Entries& fresh) const {
  for (const plugin_host::ScanEntry& entry : fresh)
    if (entry.library == nullptr) return entry.refusal;
  for (const config::Broker* broker : brokers())
    if (find_plugin(after_, broker->plugin) == nullptr)
      return "broker: found no '" + broker->plugin + "' in it, expected it, for it runs";
  return {};
}

// Why the configuration does not fit it; empty: it does.
std::string PluginSwitch::problem_of_configuration() const {
  const config::Loaded& loaded = parts_.state.loaded;
  for (const config::Broker* broker : brokers())
    if (const auto problems =
            config::check_settings(*broker, loaded.file, setting_rules(*find_plugin(after_, broker->plugin)));
        !problems.empty())
      return problems.front().text();
  const auto users = accounts::AccountStore(*parts_.state.database).list_users();
  if (!users) return "the brokers of users cannot be checked: " + users.error().message;
  const auto mixed = simulated_problems(loaded, after_, *users);
  return mixed.empty() ? "" : mixed.front().text();
}

std::optional<PluginSwitch::Outcome> PluginSwitch::begin(const std::string& file, Entries fresh) {
  file_ = file;
  before_ = after_ = parts_.state.plugins;
  std::erase_if(after_, [&file](const plugin_host::ScanEntry& entry) { return entry.file == file; });
  for (const plugin_host::ScanEntry& entry : fresh) after_.push_back(entry);
  plugin_host::refuse_twice_named(after_);
  beside_.clear();
  later_.clear();
  why_later_.clear();
  if (std::string fault = fault_of(fresh); !fault.empty()) return Outcome{std::move(fault), ""};
  if (std::string problem = problem_of_configuration(); !problem.empty()) return Outcome{std::move(problem), "", true};
  return begin_links();
}

std::optional<PluginSwitch::Outcome> PluginSwitch::begin_links() {
  stage_ = Stage::beside;
  deadline_ns_ = monotonic_ns() + kLimitNs;
  for (const config::Broker* broker : brokers()) {
    const std::string& name = broker->name;
    std::string why = parts_.next.why_not_beside(name);
    if (why.empty()) {
      const auto refusal = parts_.next.begin(*broker, after_);
      if (!refusal) {
        beside_.push_back(name);
        continue;
      }
      if (!refusal->may) return fail(name + ": " + refusal->why);
      why = refusal->why;
    }
    plugin_host::Feed* feed = parts_.brokers.find(name);
    later_.push_back({name, feed != nullptr, is_connected(feed)});
    if (feed != nullptr) why_later_ = why;
  }
  return std::nullopt;
}

std::optional<PluginSwitch::Outcome> PluginSwitch::look() {
  switch (stage_) {
    case Stage::beside:
      return look_beside();
    case Stage::holding:
      return take_over();
    case Stage::after:
      return look_after();
    case Stage::none:
      break;
  }
  return std::nullopt;
}

std::optional<PluginSwitch::Outcome> PluginSwitch::look_beside() {
  bool are_ready = true;
  for (const std::string& name : beside_) {
    const auto standing = parts_.next.standing(name);
    if (standing.state == NextLinks::State::lost) return fail(name + ": " + standing.text);
    if (standing.state == NextLinks::State::ready) continue;
    are_ready = false;
    if (monotonic_ns() > deadline_ns_)
      return fail(name + ": not ready within " + seconds_text(kLimitNs) + ": " + standing.text);
  }
  if (!are_ready) return std::nullopt;
  for (const std::string& name : beside_) parts_.next.hold(name);
  stage_ = Stage::holding;
  return std::nullopt;
}

std::optional<PluginSwitch::Outcome> PluginSwitch::take_over() {
  use(after_);
  for (const std::string& name : beside_) parts_.next.take_over(name);
  for (const After& one : later_) restart(one.name, because(one.name));
  stage_ = Stage::after;
  deadline_ns_ = monotonic_ns() + kLimitNs;
  return std::nullopt;
}

std::optional<PluginSwitch::Outcome> PluginSwitch::look_after() {
  bool are_ready = true;
  for (const After& one : later_) {
    plugin_host::Feed* feed = parts_.brokers.find(one.name);
    if (one.ran && feed == nullptr) return fail(one.name + ": it does not run");
    if (!one.was_connected || is_connected(feed)) continue;
    are_ready = false;
    if (monotonic_ns() > deadline_ns_) return fail(one.name + ": not connected within " + seconds_text(kLimitNs));
  }
  return are_ready ? std::optional(done()) : std::nullopt;
}

PluginSwitch::Outcome PluginSwitch::done() {
  stage_ = Stage::none;
  std::string text;
  if (!beside_.empty()) text = "no client of it has lost anything";
  if (!why_later_.empty())
    text += std::string(text.empty() ? "" : "; ") + "links ended before others began, because " + why_later_;
  before_.clear();
  after_.clear();
  return {"", text};
}

PluginSwitch::Outcome PluginSwitch::fail(const std::string& why) {
  const bool has_begun = stage_ == Stage::after;
  stage_ = Stage::none;
  if (has_begun) {
    use(before_);
    for (const std::string& name : beside_) restart(name, because(name));
    for (const After& one : later_) restart(one.name, because(one.name));
  } else {
    for (const std::string& name : beside_) parts_.next.drop(name);
  }
  before_.clear();
  after_.clear();
  return {why, ""};
}

void PluginSwitch::abandon() {
  if (stage_ == Stage::beside || stage_ == Stage::holding)
    for (const std::string& name : beside_) parts_.next.drop(name);
  stage_ = Stage::none;
}

void PluginSwitch::use(Entries plugins) {
  parts_.updates.stop();  // both read the plugins that are replaced here
  parts_.logins.stop();
  parts_.state.plugins = std::move(plugins);
  for (const plugin_host::ScanEntry& entry : parts_.state.plugins) {
    const bool is_its = entry.file == file_ && entry.library != nullptr;
    const bgw_instruments* extension = is_its ? entry.library->instruments() : nullptr;
    if (extension == nullptr || extension->builtin == nullptr) continue;  // its list is in the database
    const auto index = parts_.lists.load(*entry.library);
    on_routing(parts_.proxy, [&] { parts_.proxy.router().set_index(entry.library->descriptor().broker, index); });
  }
  parts_.updates.start();
  parts_.logins.start();
}

void PluginSwitch::restart(const std::string& name, const std::string& why) {
  parts_.brokers.remove(name, why);
  if (const config::Broker* broker = parts_.state.find_broker(name)) parts_.brokers.start(*broker);
}

}  // namespace gw::app
