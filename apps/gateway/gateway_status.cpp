#include "apps/gateway/gateway_status.hpp"

#include <future>

#include <nlohmann/json.hpp>

#include "apps/gateway/monitoring/routing_view.hpp"
#include "apps/gateway/monitoring/verdict_json.hpp"
#include "apps/gateway/on_routing.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/bus/records.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

std::uint64_t value(const std::atomic<std::uint64_t>& count) { return count.load(std::memory_order_relaxed); }

Json link_json(const plugin_host::LinkCounts& c) {
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
            {"unordered_book", value(c.dropped[BGW_DROP_ORDER])}}},
          {"subscriptions_refused", value(c.subscriptions_refused)},
          {"frames", value(c.frames)},
          {"frames_refused", value(c.frames_refused)},
          {"updates", value(c.updates)},
          {"updates_invalid", value(c.updates_invalid)},
          {"conflated", value(c.conflated)},
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

Json broker_json(const routing::Broker& table) {
  Json out = {{"name", table.setup().name},
              {"simulated", table.setup().simulated},
              {"status", bus::word(table.state())},
              {"message", table.available() ? table.state_message() : table.setup().unavailable},
              {"wanted", table.demand().wanted_count()},
              {"instruments", table.index() == nullptr ? 0 : table.index()->size()},
              {"list", table.index() == nullptr ? Json(nullptr) : list_json(table.index()->list())},
              {"feed", bus::word(table.feeds().worst().state)}};
  if (const std::string message = table.feeds().worst().message; !message.empty()) out["feed_message"] = message;
  out["feeds"] = Json::object();
  for (const routing::MarketFeed& feed : table.feeds().all()) {
    Json& one = out["feeds"][feed.exchange];
    one = {{"status", bus::word(feed.shown())}, {"halted", feed.halted}};
    if (feed.since_ns != 0) one["since"] = iso_time(feed.since_ns);
    if (!feed.message.empty()) one["message"] = feed.message;
  }
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

// Waits until every shard has reported its counts.
session::Ledger GatewayStatus::ledger() {
  std::promise<session::Ledger> sum;
  proxy_.post([&] { proxy_.collect_ledger([&](const session::Ledger& all) { sum.set_value(all); }); });
  return sum.get_future().get();
}

std::string GatewayStatus::json(const std::string& database_problem) {
  Json out = {{"ok", true}, {"port", port_}, {"zeromq", zeromq_ ? Json(zeromq_->endpoint()) : Json(nullptr)}};
  std::vector<BrokerView> brokers;
  // Only routing's thread may read these numbers: it copies them while this thread waits.
  on_routing(proxy_, [&] {
    const routing::Router& router = proxy_.router();
    const routing::RouterCounts& counts = router.counts();
    out["clients"] = proxy_.clients().count();
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
  out["verdict"] = json_of(judge(brokers));
  const session::Ledger ledger = this->ledger();
  out["ledger"] = {{"due", ledger.expected},
                   {"delivered", ledger.delivered},
                   {"conflated", ledger.conflated},
                   {"lost", ledger.lost},
                   {"unexplained", ledger.unexplained()}};
  for (Json& broker : out["brokers"])
    if (const auto* link = brokers_.find_link(broker["name"])) broker.update(link_json(link->counts()));
  if (!database_problem.empty()) out["database_problem"] = database_problem;
  for (Json& broker : out["brokers"]) {
    const LoginCounts logins = logins_.counts(broker["name"]);
    broker["unattended_logins"] = {{"done", logins.logins}, {"given_up", logins.given_up}};
    if (!logins.message.empty()) broker["unattended_logins"]["message"] = logins.message;
  }
  if (zeromq_) out["zeromq_dropped"] = zeromq_->dropped();
  return out.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace gw::app
