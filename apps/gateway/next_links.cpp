#include "apps/gateway/next_links.hpp"

#include <utility>

#include "apps/gateway/on_routing.hpp"
#include "core/base/clock.hpp"
#include "core/bus/records.hpp"

namespace gw::app {
namespace {

constexpr std::int64_t kAnswerPatienceNs = 3'000'000'000;

std::uint64_t value(const std::atomic<std::uint64_t>& count) { return count.load(std::memory_order_relaxed); }

}  // namespace

// Only on routing's thread, or while it waits.
std::optional<routing::BrokerId> NextLinks::id_of(const std::string& name) const {
  return proxy_.router().brokers().find(name);
}

std::string NextLinks::why_not_beside(const std::string& name) const {
  plugin_host::Feed* feed = feeds_.find(name);
  if (feed == nullptr) return "it does not run";
  const auto state = static_cast<bus::LinkState>(feed->counts().state.load(std::memory_order_relaxed));
  if (state != bus::LinkState::connected) return std::string("its link is ") + bus::word(state);
  const std::uint64_t allowed = feed->limits().connections_per_account;
  const std::uint64_t open = value(feed->counts().connections);
  if (allowed != 0 && 2 * open > allowed)
    return "the account allows " + std::to_string(allowed) +
           (allowed == 1 ? " connection, and " : " connections, and ") + std::to_string(open) +
           (open == 1 ? " is open" : " are open");
  return {};
}

std::optional<NextLinks::Refusal> NextLinks::begin(const config::Broker& broker,
                                                   const std::vector<plugin_host::ScanEntry>& plugins) {
  return take_up(brokers_.set_up(broker, plugins, next_, kAnswerPatienceNs));
}

std::optional<NextLinks::Refusal> NextLinks::take_up(BrokerStart start) {
  routing::BrokerSetup& setup = start.setup;
  const std::string name = setup.name;
  if (start.goes_on) {
    starts_[name] = std::move(start);
    return std::nullopt;
  }
  plugin_host::Feed* next = next_.find(name);
  if (next == nullptr) return Refusal{setup.unavailable};
  bool has_same_limits = false;
  on_routing(proxy_, [&] {
    routing::Router& router = proxy_.router();
    const auto id = id_of(name);
    has_same_limits = id && router.brokers()[*id].setup().limits == setup.limits;
    if (has_same_limits) router.succession().begin(*id, std::move(setup));
  });
  if (!has_same_limits) {
    next_.remove(name);
    return Refusal{"the other build has other limits", true};
  }
  unanswered_.erase(name);
  next->start();
  return std::nullopt;
}

NextLinks::Standing NextLinks::standing(const std::string& name) {
  if (const auto waiting = starts_.find(name); waiting != starts_.end()) {
    settle_broker(waiting->second, next_, 0);
    const auto hang = next_.hang(name);
    if (waiting->second.goes_on) return {State::waiting, hang ? hang->text() : "its plugin has not answered yet"};
    if (const auto refusal = take_up(std::move(starts_.extract(waiting).mapped()))) return {State::lost, refusal->why};
  }
  plugin_host::Feed* next = next_.find(name);
  if (next == nullptr) {
    const std::string death = next_.death(name);
    return {State::lost, death.empty() ? "it has ended" : death};
  }
  if (const auto hang = next->hang()) return {State::waiting, hang->text()};
  std::optional<upstream::Succession::Standing> found;
  on_routing(proxy_, [&] {
    if (const auto id = id_of(name)) found = proxy_.router().succession().standing(*id);
  });
  if (!found) return {State::lost, "the broker has changed meanwhile"};
  if (found->state != bus::LinkState::connected)
    return {State::waiting, std::string("its link is ") + bus::word(found->state) +
                                (found->message.empty() ? "" : ": " + found->message)};
  if (!found->has_been_told_all) return {State::waiting, "it has not been told all subscriptions"};
  if (found->unanswered == 0) return {State::ready, ""};
  // Not every broker answers, and not every instrument ticks. It must show something where the present link does.
  plugin_host::Feed* present = feeds_.find(name);
  const std::uint64_t updates = present == nullptr ? 0 : value(present->counts().updates);
  const auto [waits, fresh] = unanswered_.try_emplace(name, Unanswered{monotonic_ns(), updates});
  const bool is_enough = monotonic_ns() - waits->second.since_ns > kAnswerPatienceNs &&
                         (found->updates != 0 || updates == waits->second.updates);
  return {is_enough ? State::ready : State::waiting,
          std::to_string(found->unanswered) + " subscriptions have no data and no answer"};
}

void NextLinks::hold(const std::string& name) {
  on_routing(proxy_, [&] {
    if (const auto id = id_of(name)) proxy_.router().succession().hold(*id);
  });
}

void NextLinks::take_over(const std::string& name) {
  on_routing(proxy_, [&] {
    if (const auto id = id_of(name)) proxy_.router().take_over(*id);
  });
  if (const auto before = feeds_.replace(next_.take(name))) before->end();
  brokers_.forget_deaths(name);
}

void NextLinks::drop(const std::string& name) {
  on_routing(proxy_, [&] {
    if (const auto id = id_of(name)) proxy_.router().succession().drop(*id);
  });
  starts_.erase(name);
  next_.remove(name);
}

}  // namespace gw::app
