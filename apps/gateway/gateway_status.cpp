#include "apps/gateway/gateway_status.hpp"

#include <algorithm>
#include <cmath>
#include <future>
#include <limits>

#include <nlohmann/json.hpp>

#include "apps/gateway/isolation.hpp"
#include "apps/gateway/monitoring/broker_words.hpp"
#include "apps/gateway/monitoring/routing_view.hpp"
#include "apps/gateway/monitoring/verdict_json.hpp"
#include "apps/gateway/on_routing.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/version.hpp"
#include "core/bus/next_step.hpp"
#include "core/bus/records.hpp"
#include "core/config/settings.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::uint64_t value(const std::atomic<std::uint64_t>& count) { return count.load(std::memory_order_relaxed); }

Json counts_json(const plugin_host::LinkCounts& c) {
  const auto time = [](const std::atomic<std::int64_t>& ns) {
    return static_cast<double>(ns.load(std::memory_order_relaxed) / 1'000'000) / 1e3;
  };
  return {{"connects", value(c.connects)},
          {"logins", value(c.logins)},
          {"recycles", value(c.recycles)},
          {"connections", value(c.connections)},
          {"last_frame", time(c.last_frame_ns)},
          {"last_tick", time(c.last_tick_ns)},
          {"lag", time(c.lag_ns)},
          {"times_invalid", value(c.times_invalid)},
          {"updates_without_price", value(c.updates_without_price)},
          {"dropped",
           {{"unknown_instrument", value(c.dropped[BGW_DROP_UNKNOWN])},
            {"duplicate", value(c.dropped[BGW_DROP_DUPLICATE])},
            {"level", value(c.dropped[BGW_DROP_LEVEL])},
            {"unknown_layout", value(c.dropped[BGW_DROP_LAYOUT])},
            {"unknown_scale", value(c.dropped[BGW_DROP_SCALE])},
            {"unordered_book", value(c.dropped[BGW_DROP_ORDER])},
            {"impossible_price", value(c.prices_impossible)},
            {"negative_quantity", value(c.quantities_invalid)}}},
          {"subscriptions_refused", value(c.subscriptions_refused)},
          {"frames", value(c.frames)},
          {"frames_refused", value(c.frames_refused)},
          {"updates", value(c.updates)},
          {"updates_invalid", value(c.updates_invalid)},
          {"conflated", value(c.conflated)},
          {"recordings", value(c.recordings)},
          {"recordings_ended", value(c.recordings_ended)},
          {"subscribed", value(c.wanted)}};
}

Json list_json(const instruments::ListInfo& list) {
  if (list.time_ns == 0) return {{"name", name_of(list)}, {"generation", list.generation}};
  return {{"name", name_of(list)},
          {"generation", list.generation},
          {"time", iso_time(list.time_ns)},
          {"day", list.day == 0 ? Json(nullptr) : Json(iso_day(list.day))},
          {"time_is_of_fetch", list.time_of == instruments::ListTime::fetched},
          {"etag", list.etag}};
}

double tenths(double number) { return std::round(number * 10) / 10; }

// Null: there was none.
Json age_json(double seconds) { return seconds < 0 ? Json(nullptr) : Json(tenths(seconds)); }

// What an operator looks at first: the broker in words, and what comes next.
void add_view(Json& out, const BrokerView& view) {
  out["enabled"] = view.enabled;
  out["state"] = broker_words(view);
  out["next_step"] = view.enabled ? view.next_step : "";
  double youngest = -1;
  bus::FeedState worst = bus::FeedState::unknown;
  out["feeds"] = Json::object();
  for (const FeedView& feed : view.feeds) {
    worst = std::max(worst, feed.state);
    Json& one = out["feeds"][feed.exchange];
    one = {{"status", bus::word(feed.state)},
           {"halted", feed.halted},
           {"market", feed.market},
           {"instruments", feed.served},
           {"last_live_age", age_json(feed.last_live_age_s)}};
    if (feed.since_ns != 0) one["since"] = iso_time(feed.since_ns);
    if (!feed.message.empty()) one["message"] = feed.message;
    if (feed.last_live_age_s >= 0 && (youngest < 0 || feed.last_live_age_s < youngest)) youngest = feed.last_live_age_s;
    if (const std::string next = bus::next_step(feed.state); !next.empty() && !feed.is_cut_off) out["next_step"] = next;
  }
  out["feed"] = bus::word(worst);
  out["last_live_age"] = age_json(youngest);
  out["limits"] = Json::array();
  for (const auto& use : view.limits)
    out["limits"].push_back(
        {{"connection", use.connection}, {"limit", use.limit}, {"used", use.used}, {"bound", use.bound}});
}

// What clients were refused, and what they were given less of.
Json requests_json(const requests::RequestCounts& counts) {
  std::uint64_t refused = 0;
  for (const auto& of_action : counts.requests())
    refused += of_action[static_cast<std::size_t>(requests::Result::error)] +
               of_action[static_cast<std::size_t>(requests::Result::partial)];
  std::uint64_t fallbacks = 0;
  for (const auto& [what, count] : counts.fallbacks()) fallbacks += count;
  const auto refusals = [&](requests::Refusal why) { return counts.refusals()[static_cast<std::size_t>(why)]; };
  return {{"refused", refused},
          {"depth_fallbacks", fallbacks},
          {"bad_keys", refusals(requests::Refusal::bad_key)},
          {"no_keys", refusals(requests::Refusal::no_key)},
          {"too_many", refusals(requests::Refusal::too_many)}};
}

Json broker_json(const routing::Broker& table) {
  Json out = {{"name", table.setup().name},
              {"simulated", table.setup().simulated},
              {"status", bus::word(table.state())},
              {"message", table.available() ? table.state_message() : table.setup().unavailable},
              {"wanted", table.demand().wanted_count()},
              {"connections_limit", table.setup().limits.connections},
              {"instruments_limit", table.setup().limits.connections * table.setup().limits.instruments_per_connection},
              {"instruments", table.index() == nullptr ? 0 : table.index()->size()},
              {"list", table.index() == nullptr ? Json(nullptr) : list_json(table.index()->list())}};
  return out;
}

Json group_json(const routing::Router& router, const routing::BrokerGroup& group) {
  Json brokers = Json::array();
  for (const routing::BrokerId id : group.order) brokers.push_back(router.brokers()[id].setup().name);
  return {{"brokers", brokers},
          {"serving", router.brokers()[group.broker()].setup().name},
          {"simulated", router.brokers()[group.broker()].setup().simulated},
          {"standby", group.standby ? Json(router.brokers()[*group.standby].setup().name) : Json(nullptr)},
          {"default", group.key.empty()},
          {"instruments", group.interests.size()},
          {"epoch", group.epoch}};
}

}  // namespace

GatewayStatus::GatewayStatus(const GatewayState& state, proxy::Proxy& proxy, const RunningBrokers& brokers,
                             const UnattendedLogins& logins, const PluginFiles& files, int port,
                             zeromq::ZeroMqPublisher* zeromq)
    : state_(state),
      proxy_(proxy),
      brokers_(brokers),
      logins_(logins),
      files_(files),
      port_(port),
      zeromq_(zeromq),
      started_ns_(wall_ns()) {}

void GatewayStatus::look() {
  for (const config::Broker& broker : state_.config().brokers)
    if (auto* feed = brokers_.find(broker.name))
      rates_.look(broker.name, value(feed->counts().updates), monotonic_ns());
}

std::vector<std::string> GatewayStatus::secret_problems(const std::string& name) const {
  std::vector<std::string> problems;
  const config::Broker* broker = state_.find_broker(name);
  if (broker == nullptr || !broker->enabled) return problems;
  for (const config::Setting& setting : broker->settings)
    for (const config::Value& from : setting.values) {
      if (from.source != config::Value::Source::file) continue;
      const auto read = config::resolve(from);
      if (read || std::find(problems.begin(), problems.end(), read.error().message) != problems.end()) continue;
      problems.push_back(read.error().message);
    }
  return problems;
}

// Waits until every shard has reported its counts.
session::Ledger GatewayStatus::ledger() {
  std::promise<session::Ledger> sum;
  proxy_.post([&] { proxy_.collect_ledger([&](const session::Ledger& all) { sum.set_value(all); }); });
  return sum.get_future().get();
}

std::vector<BrokerView> GatewayStatus::view() {
  std::vector<BrokerView> views;
  on_routing(proxy_, [&] { views = view_brokers(proxy_); });
  return views;
}

std::string GatewayStatus::link_json(const std::string& broker) {
  // A login at a link that is lost, or whose plugin hangs, comes to nothing: that is its outcome.
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  plugin_host::Feed* feed = brokers_.find(broker);
  if (feed == nullptr) {
    for (const BrokerView& view : view())
      if (view.name == broker)
        return Json{{"ok", true}, {"status", bus::word(view.state)}, {"settled", kAll}, {"message", view.message}}.dump(
            -1, ' ', false, Json::error_handler_t::replace);
    return Json{{"ok", false}, {"error", broker + ": does not run"}}.dump();
  }
  const auto hang = brokers_.hang(broker);
  const plugin_host::LinkCounts& counts = feed->counts();
  // First what is settled: routing learns of the state that belongs to it no later than that.
  const std::uint64_t settled = counts.logins_settled.load(std::memory_order_acquire);
  const auto state = static_cast<bus::LinkState>(counts.state.load(std::memory_order_acquire));
  Json out = {{"ok", true}, {"status", bus::word(state)}, {"settled", settled}};
  for (const BrokerView& view : view()) {
    if (view.name != broker) continue;
    if (view.state != state) out["settled"] = 0;  // the words that belong to it are on their way
    out["message"] = view.message;
    out["wanted"] = view.wanted;
    out["always_open"] = view.always_open;
    out["last_live"] = counts.last_live_ns.load(std::memory_order_relaxed);
    out["next_step"] = view.next_step;
    out["feeds"] = Json::object();
    for (const FeedView& market : view.feeds)
      out["feeds"][market.exchange] = {
          {"status", bus::word(market.state)}, {"market", market.market}, {"instruments", market.served}};
  }
  if (hang) out.update({{"settled", kAll}, {"message", hang->text()}, {"hangs", true}});
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string GatewayStatus::json(const std::string& database_problem) {
  Json out = {{"ok", true},
              {"version", version()},
              {"started", iso_time(started_ns_)},
              {"uptime", (wall_ns() - started_ns_) / 1'000'000'000},
              {"port", port_},
              {"zeromq", zeromq_ ? Json(zeromq_->endpoint()) : Json(nullptr)},
              {"clients_limit", state_.config().limits.connections}};
  std::vector<BrokerView> brokers;
  // Only routing's thread may read these numbers: it copies them while this thread waits.
  on_routing(proxy_, [&] {
    const routing::Router& router = proxy_.router();
    const routing::RouterCounts& counts = router.counts();
    out["clients"] = proxy_.clients().count();
    out["requests"] = requests_json(proxy_.requests().counts());
    out["updates"] = counts.updates;
    out["published"] = counts.published;
    out["delivered"] = counts.delivered;
    out["unwanted"] = counts.unwanted;
    out["older"] = counts.older;
    out["waiting_for_price"] = counts.withheld;
    out["switches"] = counts.switches;
    out["hidden_trades"] = counts.hidden_trades;
    out["hidden_quantity"] = counts.hidden_quantity;
    out["brokers"] = Json::array();
    for (std::size_t i = 0; i < router.brokers().size(); ++i) {
      const auto id = static_cast<routing::BrokerId>(i);
      out["brokers"].push_back(broker_json(router.brokers()[id]));
      out["brokers"].back()["not_in_list"] = router.listings().unlisted_count(id);
      if (const std::string old = proxy_.markets().list_warning(id); !old.empty())
        out["brokers"].back()["list_warning"] = old;
    }
    brokers = view_brokers(proxy_);
    out["groups"] = Json::array();
    router.interests().for_each_group([&](routing::GroupId id, const routing::BrokerGroup& group) {
      if (group.is_canary) return;
      out["groups"].push_back(group_json(router, group));
      out["groups"].back()["elsewhere"] = router.choice().elsewhere_count(id);
    });
  });
  out["verdict"] = json_of(judge(brokers, database_problem));
  const session::Ledger ledger = this->ledger();
  out["ledger"] = {{"due", ledger.expected},
                   {"delivered", ledger.delivered},
                   {"conflated", ledger.conflated},
                   {"lost", ledger.lost},
                   {"unexplained", ledger.unexplained()}};
  for (Json& broker : out["brokers"])
    if (auto* feed = brokers_.find(broker["name"])) {
      broker.update(counts_json(feed->counts()));
      broker["isolation"] = isolation_word(feed->is_process());
    }
  for (Json& broker : out["brokers"])
    if (const auto hang = brokers_.hang(broker["name"]))
      broker["hang"] = {{"plugin", hang->plugin},
                        {"function", hang->function},
                        {"since", iso_time(hang->since_ns)},
                        {"given_up", brokers_.find(broker["name"]) == nullptr}};
  if (!database_problem.empty()) out["database_problem"] = database_problem;
  const Json files = Json::parse(files_.json());
  out["plugins"] = files["plugins"];
  out["quarantine"] = files["quarantine"];
  for (const BrokerView& view : brokers)
    for (Json& broker : out["brokers"])
      if (broker["name"] == view.name) add_view(broker, view);
  LoginCountsByBroker counts = logins_.counts();
  for (Json& broker : out["brokers"]) {
    const std::string name = broker["name"];
    broker["rate"] = tenths(rates_.of(name));
    broker["secret_problems"] = secret_problems(name);
    const LoginCounts& logins = counts[name];
    broker["unattended_logins"] = {{"done", logins.logins}, {"given_up", logins.given_up}};
    if (!logins.message.empty()) broker["unattended_logins"]["message"] = logins.message;
  }
  if (zeromq_) out["zeromq_dropped"] = zeromq_->dropped();
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gw::app
