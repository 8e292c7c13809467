#include "core/plugin_host/broker_link.hpp"

#include <algorithm>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/text.hpp"

namespace gw::plugin_host {

BrokerLink::BrokerLink(boost::asio::io_context& io, std::shared_ptr<const Library> library, LinkOptions options,
                       bus::Doorbell& routing_bell)
    : link_(io, std::move(library), std::move(options), routing_bell),
      connections_(link_, *this),
      status_(link_),
      scheduler_(link_, connections_, status_),
      report_(link_, connections_),
      renewal_(link_, connections_, scheduler_, report_),
      demand_(link_, connections_, scheduler_, status_, report_),
      timers_(
          io,
          [this](std::uint32_t) {
            look();
            watch();
          },
          link_.options.make_alarm) {
  link_.on_feed_news = [this] { report_.tell(); };
}

// What adapters say while they are destroyed is told to nobody.
BrokerLink::~BrokerLink() {
  link_.on_feed_news = [] {};
}

void BrokerLink::start() {
  demand_.start();
  watch();
  scheduler_.start();
}

LinkReport BrokerLink::report() const {
  const auto value = [](const auto& count) { return count.load(std::memory_order_relaxed); };
  const LinkCounts& c = link_.counts;
  const HostContext::Misplaced misplaced = HostContext::misplaced_of(name());
  LinkReport out;
  out.name = name();
  out.connects = value(c.connects);
  out.logins = value(c.logins);
  out.recycles = value(c.recycles);
  out.frames = value(c.frames);
  out.frames_refused = value(c.frames_refused);
  out.bytes = value(c.bytes);
  out.updates = value(c.updates);
  out.updates_invalid = value(c.updates_invalid);
  out.updates_without_price = value(c.updates_without_price);
  out.prices_impossible = value(c.prices_impossible);
  out.quantities_invalid = value(c.quantities_invalid);
  out.times_invalid = value(c.times_invalid);
  out.conflated = value(c.conflated);
  out.subscriptions_refused = value(c.subscriptions_refused);
  out.exceptions = value(c.exceptions);
  out.recordings = value(c.recordings);
  out.recordings_ended = value(c.recordings_ended);
  out.late_calls = misplaced.late;
  out.foreign_calls = misplaced.foreign;
  for (std::size_t i = 0; i < c.dropped.size(); ++i) out.dropped[i] = value(c.dropped[i]);
  out.losses = losses_;
  out.last_frame_ns = value(c.last_frame_ns);
  out.last_live_ns = value(c.last_live_ns);
  out.lag = link_.lag;
  for (std::size_t number = 0; number < connections_.count(); ++number)
    if (const BrokerConnection* connection = connections_.find(number); connection != nullptr)
      out.connections.push_back({number, connection->state(), connection->counts(), connection->updates()});
  return out;
}

void BrokerLink::stop() {
  scheduler_.stop();
  demand_.stop();
  timers_.cancel_all();
  connections_.drop_all_beside();
  connections_.for_each([](BrokerConnection& connection) { connection.stop(); });
}

void BrokerLink::relogin(std::vector<AdapterSetting> settings, std::uint64_t asked) {
  link_.options.settings = std::move(settings);
  connections_.drop_all_beside();
  connections_.for_each([](BrokerConnection& connection) { connection.destroy(); });
  scheduler_.forget_credentials();
  scheduler_.start_over(asked);
}

void BrokerLink::retry(std::uint64_t asked) {
  if (status_.state() == bus::LinkState::failed || status_.state() == bus::LinkState::reconnecting)
    scheduler_.start_over(asked);
  else if (status_.state() == bus::LinkState::connecting)
    scheduler_.follow(asked);
  else
    link_.counts.logins_settled.store(asked, std::memory_order_release);  // nothing to do
}

void BrokerLink::on_ready(BrokerConnection& connection) {
  if (const auto number = connections_.number_beside(connection)) connections_.replace(*number);
  scheduler_.on_ready(connection);
}

void BrokerLink::on_lost(BrokerConnection& connection, const Loss& loss) {
  if (!scheduler_.is_running()) return;
  ++losses_[static_cast<std::size_t>(reason_of(loss))];
  if (const auto number = connections_.number_beside(connection)) return renewal_.on_beside_lost(*number, loss);
  connection.was_lost = true;
  status_.set_by_choice(loss.by_choice);
  if (loss.silent) link_.counts.recycles.fetch_add(1, std::memory_order_relaxed);
  report_.tell();
  scheduler_.on_lost(loss, loss.why + connections_.name_of(connection));
}

// The feeds are looked at a few times per stall limit.
void BrokerLink::watch() { timers_.set(0, connections_.first().judges()->at(0).period_ns()); }

// Checks whether the connections' feeds live, and whether this machine's clock is steady.
void BrokerLink::look() {
  const std::int64_t now = link_.options.monotonic();
  const std::int64_t wall = link_.options.wall();
  const std::int64_t jump = link_.clock.look(wall, now);
  if (jump != 0)
    log::warning("broker", name() + ": this machine's clock jumped by " + seconds_text(jump) +
                               "; this changes only the times of arrival (received_at)");
  std::int64_t lag = 0;
  for (std::size_t number = 0; number < connections_.count(); ++number) {
    BrokerConnection* connection = connections_.find(number);
    if (connection == nullptr) continue;
    for (const auto& judge : connection->judges()->all()) {
      if (jump != 0) judge->distrust_clock();
      if (!connection->is_ready()) continue;
      judge->check(now, wall);
      for (auto asked = judge->take_asking(now, wall); !asked.empty(); asked = judge->take_asking(now, wall)) {
        log::debug("broker", name() + ": asking for " + std::to_string(asked.size()) + " instruments again");
        connection->ask_again(asked);
      }
      for (const auto& market : judge->markets()) lag = std::max(lag, market->lag_ns());
    }
    if (connection->judges()->take_news()) report_.tell();
  }
  renewal_.look(now);
  report_round();
  link_.counts.lag_ns.store(lag, std::memory_order_relaxed);
}

void BrokerLink::report_round() {
  std::size_t asked = 0;
  bool is_over = true;
  connections_.for_each([&](BrokerConnection& connection) {
    asked += connection.subscriptions().round_size();
    is_over = is_over && connection.subscriptions().is_round_over();
  });
  if (asked == 0 || !is_over) return;
  SubscriptionRound all;
  connections_.for_each([&](BrokerConnection& connection) { all.add(connection.subscriptions().take_round()); });
  const log::Level level = asked == 1 ? log::Level::debug : log::Level::info;
  if (!log::enabled(level)) return;
  // event: …: 2,999 of 3,000 subscribed, 2,980 ticking, 19 quiet: …; 1 refused (after a login or a batch)
  log::write(level, "broker", name() + ": " + all.text());
}

}  // namespace gw::plugin_host
