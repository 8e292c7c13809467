// The part of /metrics about brokers: see metrics_page.hpp.
#include <algorithm>
#include <iterator>

#include "apps/gateway/monitoring/metrics_page.hpp"
#include "apps/gateway/monitoring/verdict.hpp"

namespace gw::app {
namespace {

constexpr bus::LinkState kLinkStates[] = {bus::LinkState::connecting,   bus::LinkState::connected,
                                          bus::LinkState::reconnecting, bus::LinkState::disconnected,
                                          bus::LinkState::auth_expired, bus::LinkState::failed};
constexpr bus::FeedState kFeedStates[] = {bus::FeedState::live, bus::FeedState::quiet, bus::FeedState::stale};
constexpr const char* kModes[] = {"1", "2", "4"};
constexpr const char* kSubscriptionStates[] = {"pending", "active", "failed"};
constexpr const char* kDrops[] = {"unknown_instrument", "duplicate",     "level",
                                  "unknown_layout",     "unknown_scale", "unordered_book"};
static_assert(std::size(kDrops) == BGW_DROP_KINDS);
constexpr const char* kConnectionStates[] = {"idle", "connecting", "ready"};

double age_s(std::int64_t then_ns, std::int64_t now_ns) {
  return static_cast<double>(std::max<std::int64_t>(0, now_ns - then_ns)) / 1e9;
}

// One counter family with a value for each link.
void add_each(MetricFamilies& families, const std::vector<plugin_host::LinkReport>& links, const char* name,
              const char* help, std::uint64_t plugin_host::LinkReport::*value) {
  families.counter(name, help);
  for (const plugin_host::LinkReport& link : links) families.add({{"broker", link.name}}, link.*value);
}

void add_feeds(MetricFamilies& families, const std::vector<BrokerView>& brokers) {
  families.gauge("gateway_feed_state",
                 "1 for the state of the exchange's feed at the broker; never live while its link is down.");
  for (const BrokerView& broker : brokers)
    for (const FeedView& feed : broker.feeds) {
      const bool is_known = feed.state != bus::FeedState::unknown;
      const bus::FeedState shown = is_known ? feed.state : bus::FeedState::quiet;
      for (const bus::FeedState state : kFeedStates)
        families.add({{"broker", broker.name}, {"exchange", feed.exchange}, {"state", bus::word(state)}},
                     shown == state);
    }
  families.gauge("gateway_market_open", "1: the exchange trades, by its broker, the calendar or its ticks.");
  for (const BrokerView& broker : brokers)
    for (const FeedView& feed : broker.feeds)
      families.add({{"broker", broker.name}, {"exchange", feed.exchange}}, feed.market == "open");
  families.gauge("gateway_feed_instruments", "Instruments of the exchange that the broker serves to users now.");
  for (const BrokerView& broker : brokers)
    for (const FeedView& feed : broker.feeds)
      families.add({{"broker", broker.name}, {"exchange", feed.exchange}}, feed.served);
  families.gauge("gateway_feed_last_live_tick_age_seconds", "Since the last tick that proves that the feed lives.");
  for (const BrokerView& broker : brokers)
    for (const FeedView& feed : broker.feeds)
      if (feed.last_live_age_s >= 0)
        families.add({{"broker", broker.name}, {"exchange", feed.exchange}}, feed.last_live_age_s);
}

void add_problems(MetricFamilies& families, const std::vector<BrokerView>& brokers) {
  families.gauge("gateway_problem", "1 for each reason why the gateway is not ready, as /readyz and status say.");
  for (const Problem& problem : judge(brokers).problems)
    families.add({{"broker", problem.broker}, {"exchange", problem.exchange}, {"status", problem.status}}, 1);
}

void add_subscriptions(MetricFamilies& families, const std::vector<BrokerView>& brokers) {
  families.gauge("gateway_subscriptions", "Streams (instrument, mode, depth level) that clients hold of the broker.");
  for (const BrokerView& broker : brokers)
    for (std::size_t mode = 0; mode < std::size(kModes); ++mode)
      for (std::size_t state = 0; state < std::size(kSubscriptionStates); ++state)
        families.add({{"broker", broker.name}, {"mode", kModes[mode]}, {"state", kSubscriptionStates[state]}},
                     broker.subscriptions[mode][state]);
  const auto label = [](const auto& use) { return std::to_string(use.connection + 1); };
  families.gauge("gateway_broker_limit_used", "How much of a limit of the broker's connection is taken.");
  for (const BrokerView& broker : brokers)
    for (const auto& use : broker.limits)
      families.add({{"broker", broker.name}, {"connection", label(use)}, {"limit", use.limit}}, use.used);
  families.gauge("gateway_broker_limit", "The limit of the broker's connection.");
  for (const BrokerView& broker : brokers)
    for (const auto& use : broker.limits)
      families.add({{"broker", broker.name}, {"connection", label(use)}, {"limit", use.limit}}, use.bound);
}

void add_connections(MetricFamilies& families, const std::vector<plugin_host::LinkReport>& links, std::int64_t now_ns) {
  const auto each = [&](const auto& add) {
    for (const plugin_host::LinkReport& link : links)
      for (const plugin_host::ConnectionReport& one : link.connections)
        add(link.name, std::to_string(one.number + 1), one);
  };
  families.gauge("gateway_connection_state", "1 for the state of the connection to the broker.");
  each([&](const std::string& broker, const std::string& number, const plugin_host::ConnectionReport& one) {
    for (std::size_t i = 0; i < std::size(kConnectionStates); ++i)
      families.add({{"broker", broker}, {"connection", number}, {"state", kConnectionStates[i]}},
                   static_cast<std::size_t>(one.state) == i);
  });
  families.counter("gateway_connection_frames_total",
                   "Frames from the broker; begins anew when the connection is replaced.");
  each([&](const std::string& broker, const std::string& number, const plugin_host::ConnectionReport& one) {
    families.add({{"broker", broker}, {"connection", number}}, one.counts.frames);
  });
  families.counter("gateway_connection_received_bytes_total", "Bytes of these frames.");
  each([&](const std::string& broker, const std::string& number, const plugin_host::ConnectionReport& one) {
    families.add({{"broker", broker}, {"connection", number}}, one.counts.bytes);
  });
  families.counter("gateway_connection_frames_refused_total", "Frames that the plugin could not read.");
  each([&](const std::string& broker, const std::string& number, const plugin_host::ConnectionReport& one) {
    families.add({{"broker", broker}, {"connection", number}}, one.counts.frames_refused);
  });
  families.counter("gateway_connection_ticks_total", "Updates that the connection brought.");
  each([&](const std::string& broker, const std::string& number, const plugin_host::ConnectionReport& one) {
    families.add({{"broker", broker}, {"connection", number}}, one.updates);
  });
  families.gauge("gateway_connection_last_frame_age_seconds", "Since the connection's last frame of any kind.");
  each([&](const std::string& broker, const std::string& number, const plugin_host::ConnectionReport& one) {
    if (one.counts.last_frame_ns != 0)
      families.add({{"broker", broker}, {"connection", number}}, age_s(one.counts.last_frame_ns, now_ns));
  });
}

}  // namespace

void add_brokers(MetricFamilies& families, const RoutingView& routing, std::int64_t now_ns) {
  const std::vector<BrokerView>& brokers = routing.brokers;
  add_problems(families, brokers);
  families.gauge("gateway_broker_enabled", "1: gateway.yaml enables the broker.");
  for (const BrokerView& broker : brokers) families.add({{"broker", broker.name}}, broker.enabled);
  families.gauge("gateway_broker_state", "1 for the state of the broker's link, as clients are told.");
  for (const BrokerView& broker : brokers)
    for (const bus::LinkState state : kLinkStates)
      families.add({{"broker", broker.name}, {"state", bus::word(state)}}, broker.state == state);
  add_feeds(families, brokers);
  add_subscriptions(families, brokers);
  families.gauge("gateway_instrument_list_age_seconds", "Since the broker's instrument list was made.");
  for (const BrokerView& broker : brokers)
    if (broker.list_time_ns != 0) families.add({{"broker", broker.name}}, age_s(broker.list_time_ns, now_ns));
}

void add_hangs(MetricFamilies& families, const std::vector<plugin_host::Hang>& hangs) {
  families.gauge("gateway_plugin_hang_seconds",
                 "Since when the broker's plugin has not returned from the function; absent: it does return.");
  for (const plugin_host::Hang& hang : hangs)
    families.add({{"broker", hang.broker}, {"function", hang.function}}, static_cast<double>(hang.lasts_ns) / 1e9);
}

void add_logins(MetricFamilies& families, const LoginCountsByBroker& logins) {
  families.counter("gateway_unattended_logins_total",
                   "Logins by itself (login.at), by result: done, or given_up until the next login.at.");
  for (const auto& [broker, counts] : logins) {
    families.add({{"broker", broker}, {"result", "done"}}, counts.logins);
    families.add({{"broker", broker}, {"result", "given_up"}}, counts.given_up);
  }
}

void add_links(MetricFamilies& families, const std::vector<plugin_host::LinkReport>& links, std::int64_t now_ns) {
  using Report = plugin_host::LinkReport;
  add_each(families, links, "gateway_broker_frames_total", "Frames from the broker.", &Report::frames);
  add_each(families, links, "gateway_broker_received_bytes_total", "Bytes of these frames.", &Report::bytes);
  add_each(families, links, "gateway_broker_ticks_total", "Updates that the plugin made of them.", &Report::updates);
  add_each(families, links, "gateway_broker_ticks_conflated_total",
           "Updates that a newer one replaced because routing did not keep up.", &Report::conflated);
  families.counter("gateway_broker_decode_errors_total", "What was left out of the broker's data, by kind.");
  for (const Report& link : links) {
    families.add({{"broker", link.name}, {"kind", "frame"}}, link.frames_refused);
    families.add({{"broker", link.name}, {"kind", "update"}}, link.updates_invalid);
    families.add({{"broker", link.name}, {"kind", "time"}}, link.times_invalid);
    families.add({{"broker", link.name}, {"kind", "price"}}, link.updates_without_price);
    families.add({{"broker", link.name}, {"kind", "impossible_price"}}, link.prices_impossible);
    families.add({{"broker", link.name}, {"kind", "negative_quantity"}}, link.quantities_invalid);
    for (std::size_t i = 0; i < std::size(kDrops); ++i)
      families.add({{"broker", link.name}, {"kind", kDrops[i]}}, link.dropped[i]);
  }
  add_each(families, links, "gateway_broker_subscriptions_refused_total", "Subscriptions that the broker refused.",
           &Report::subscriptions_refused);
  add_each(families, links, "gateway_broker_login_attempts_total", "Logins that were tried.", &Report::connects);
  add_each(families, links, "gateway_broker_logins_total", "Logins that succeeded.", &Report::logins);
  families.counter("gateway_broker_reconnects_total",
                   "Logins that ended, by reason; another one follows most of them.");
  for (const Report& link : links)
    for (std::size_t i = 0; i < link.losses.size(); ++i)
      families.add({{"broker", link.name}, {"reason", word(static_cast<plugin_host::LossReason>(i))}}, link.losses[i]);
  add_each(families, links, "gateway_broker_recordings_total", "Recordings of the plugin that began (run --record).",
           &Report::recordings);
  add_each(families, links, "gateway_broker_recordings_ended_total",
           "Recordings that ended before their time, or could not begin: no room, or a slow disk.",
           &Report::recordings_ended);
  families.gauge("gateway_broker_last_frame_age_seconds", "Since the broker's last frame of any kind.");
  for (const Report& link : links)
    if (link.last_frame_ns != 0) families.add({{"broker", link.name}}, age_s(link.last_frame_ns, now_ns));
  families.gauge("gateway_broker_last_live_tick_age_seconds", "Since the broker's last tick that proves life.");
  for (const Report& link : links)
    if (link.last_live_ns != 0) families.add({{"broker", link.name}}, age_s(link.last_live_ns, now_ns));
  families.histogram("gateway_broker_lag_seconds",
                     "From the exchange's time of live ticks, where they have one, to the reading of their frame.");
  for (const Report& link : links) families.add({{"broker", link.name}}, link.lag);
  families.counter("gateway_plugin_faults_total",
                   "Faults of the broker's plugin: late_call (after destroy), foreign_thread (outside a call of the "
                   "gateway), exception.");
  for (const Report& link : links) {
    families.add({{"broker", link.name}, {"kind", "late_call"}}, link.late_calls);
    families.add({{"broker", link.name}, {"kind", "foreign_thread"}}, link.foreign_calls);
    families.add({{"broker", link.name}, {"kind", "exception"}}, link.exceptions);
  }
  add_connections(families, links, now_ns);
}

}  // namespace gw::app
