#include "tests/market_days/day.hpp"

#include <algorithm>

#include "tests/market_days/plugin.hpp"

namespace gw::market_days {
namespace {

constexpr std::size_t kAll = 1'000'000;
constexpr std::string_view kPhase = "open";

}  // namespace

std::vector<Halt> Day::halts_of(const DayPlan& plan, std::int64_t nine_ns) {
  std::vector<Halt> halts = plan.halts;
  for (Halt& halt : halts) {
    halt.from += nine_ns;
    halt.until += nine_ns;
  }
  return halts;
}

Day::Day(DayPlan plan)
    : plan_(std::move(plan)),
      market_(clock_, plan_.seed, halts_of(plan_, clock_.now()), plan_.trades_before_open),
      clients_(std::max(plan_.traits[0].resolution_ns, plan_.traits[1].resolution_ns), fault_),
      router_(
          encoder_, clients_, {[this] { return clock_.wall(); }, [this] { return clock_.now(); }},
          [] { return std::string("epoch"); }, 0) {
  if (plan_.remembers) remember();
  for (std::size_t i = 0; i < plan_.brokers; ++i) {
    accounts_.push_back(
        std::make_unique<Account>(i, plan_.traits[i], plan_.lag_limit_ns, plan_.seed + i, clock_, market_));
    start(i);
  }
  oracle_ = std::make_unique<Oracle>(plan_, clock_, market_, accounts_, router_, clients_, fault_);
  for (const auto& account : accounts_) account->serve(*oracle_);
  clients_.on_switched = [this](routing::GroupId group, std::string_view why) { oracle_->on_switched(group, why); };
  std::vector<routing::BrokerId> order;
  for (std::size_t i = 0; i < plan_.brokers; ++i) order.push_back(static_cast<routing::BrokerId>(i));
  router_.add_shard(clients_);
  router_.group_for("", order);
  if (plan_.brokers == 2) router_.group_for("1,", {1});
  plan_clients();
  plan_weather();
  for (const auto& link : links_) link->start();
  sweep_.set(kSecond);
}

Day::~Day() {
  for (const auto& link : links_) link->stop();
}

void Day::start(std::size_t i) {
  std::shared_ptr<plugin_host::Library> library;
  if (i == 0)
    library = std::make_shared<Plugin<0>>(*accounts_[i]);
  else
    library = std::make_shared<Plugin<1>>(*accounts_[i]);
  const bgw_limits& limits = *library->descriptor().limits;
  plugin_host::LinkOptions options;
  options.name = std::to_string(i);
  options.reconnect.attempts = 0;
  options.stall_limit_ns = plan_.stall_limit_ns;
  options.lag_limit_ns = plan_.lag_limit_ns;
  // As the calendar says, which is asked once a day: the links ask some hundred thousand times.
  options.market_open = [this](std::string_view exchange, InstrumentKind kind, std::int64_t) {
    const auto found = std::find(kExchangeNames.begin(), kExchangeNames.end(), exchange);
    return market_.is_open(static_cast<Exchange>(found - kExchangeNames.begin()), kind);
  };
  options.is_expected = [this](std::string_view symbol, std::string_view exchange, std::int64_t) {
    return history_.is_expected(symbol, exchange, kPhase, today());
  };
  options.trading_session_seen = [this, i](std::string_view symbol, std::string_view exchange, std::int64_t,
                                           bool in_time) {
    history_.note(symbol, exchange, kPhase, today(), in_time);
    if (noted_.insert(std::string(symbol)).second) note(i, symbol, in_time);  // the first of a day counts
  };
  options.wall = [this] { return clock_.wall(); };
  options.monotonic = [this] { return clock_.now(); };
  options.make_alarm = clock_.alarms();
  options.jitter_seed = plan_.seed;
  routing::BrokerSetup setup;
  setup.stall_limit_ns = plan_.stall_limit_ns;
  setup.name = setup.plugin = options.name;
  setup.limits = registry::Limits(limits);
  setup.hot_standby = i == 1 && plan_.hot_standby;
  if (plan_.has_canaries) setup.canary = {{instruments()[0].symbol, kExchangeNames[instruments()[0].exchange]}};
  links_.push_back(std::make_unique<plugin_host::BrokerLink>(io_, library, std::move(options), bell_));
  if (!links_[i]->prepare()) fault_.add(0, ": a broker could not be prepared");
  setup.capabilities = links_[i]->capabilities();
  setup.channel = &links_[i]->channel();
  router_.add_broker(setup);
  router_.set_index(setup.name, instrument_list());
}

std::int64_t Day::today() const {
  return Market::calendar().day(kExchangeNames[kNse], clock_.wall()).time_since_epoch().count();
}

void Day::remember() {
  for (const Instrument& i : instruments())
    if (i.pace == kBusy)
      for (std::int64_t ago = 5; ago > 2; --ago)  // the last week's
        history_.note(i.symbol, kExchangeNames[i.exchange], kPhase, today() - ago, true);
}

void Day::note(std::size_t broker, std::string_view symbol, bool in_time) {
  const auto found = std::find_if(instruments().begin(), instruments().end(),
                                  [symbol](const Instrument& i) { return i.symbol == symbol; });
  const auto instrument = static_cast<std::size_t>(found - instruments().begin());
  if (in_time && !accounts_[broker]->is_in_time(instrument, kFirstTickLimit + kSecond))
    fault_.add(6, " at " + market_.time_text() + ": " + found->symbol + " was noted to tick in time, and was late");
}

void Day::plan_clients() {
  for (std::size_t i = 0; i < plan_.clients.size(); ++i) {
    const ClientPlan& plan = plan_.clients[i];
    const auto session = static_cast<routing::SessionId>(i);
    clock_.after(plan.from, [this, session, &plan] { subscribe(session, plan); });
    if (plan.until == 0) continue;
    clock_.after(plan.until, [this, session] {
      clients_.leave(session);
      router_.close(session);
      router_.flush_demand();
    });
  }
}

void Day::plan_weather() {
  const std::int64_t nine = clock_.now();
  for (Spell& spell : plan_.weather) {
    spell.from += nine;
    spell.until += nine;
    clock_.after(spell.from - nine, [this, &spell] { accounts_[spell.broker]->begin(spell); });
    clock_.after(spell.until - nine, [this, &spell] { accounts_[spell.broker]->end(spell); });
  }
}

void Day::subscribe(routing::SessionId session, const ClientPlan& plan) {
  const routing::GroupId group =
      plan.of_second_broker ? router_.group_for("1,", {1}) : routing::GroupId{routing::kDefaultGroup};
  router_.open(session, group, routing::Variant::plain, false, plan.instruments.size());
  for (const std::size_t i : plan.instruments) {
    const auto outcome =
        router_.subscribe(session, instruments()[i].symbol, kExchangeNames[instruments()[i].exchange], plan.stream);
    if (outcome.code == routing::Code::ok) clients_.hold(session, outcome.topic, i, plan.stream);
  }
  router_.flush_demand();
}

// All that is under way arrives.
void Day::settle() {
  do {
    router_.drain(kAll);
    router_.flush_demand();
    if (io_.stopped()) io_.restart();
  } while (io_.poll() != 0);
  oracle_->check_delivered();
}

// As the gateway does each second.
void Day::sweep() {
  router_.let_go();
  router_.review();
  router_.flush_demand();
  oracle_->look();
  sweep_.set(kSecond);
}

void Day::run_until(std::int64_t after_nine_ns) {
  const std::int64_t end = market_.at(9, 0) + after_nine_ns;
  settle();
  while (clock_.next_alarm() <= end && fault_.text().empty()) {
    // What is due at one moment rings together, as in an event loop.
    do {
      clock_.ring_next();
      ++steps_;
    } while (clock_.next_alarm() <= clock_.now());
    settle();
  }
  if (fault_.text().empty()) clock_.go_to(end);
}

std::string Day::verdict() {
  for (std::size_t i = 0; i < plan_.clients.size() && fault_.text().empty(); ++i) {
    const auto session = static_cast<routing::SessionId>(i);
    if (plan_.clients[i].until != 0) continue;
    if (router_.clients().expected_updates(session) != clients_.delivered(session))
      fault_.add(5, ": session " + std::to_string(i) + " got " + std::to_string(clients_.delivered(session)) +
                        ", expected " + std::to_string(router_.clients().expected_updates(session)));
  }
  if (fault_.text().empty()) return {};
  DayPlan shown = plan_;
  for (Spell& spell : shown.weather) {
    spell.from -= market_.at(9, 0);
    spell.until -= market_.at(9, 0);
  }
  return fault_.text() + "\n  " + text_of(shown);
}

}  // namespace gw::market_days
