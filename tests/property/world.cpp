// Makes a world, and lets what is under way in it arrive.
#include "tests/property/world.hpp"
#include "tests/support/inside_adapter.hpp"

namespace gw::property {

// Twelve hours after NSE's day another exchange's begins.
instruments::Expiries World::expiries_at(int half_days) {
  static const calendar::Calendar kCalendar = [] {
    calendar::Calendar both;
    calendar::Exchange far;
    far.name = "FAR";
    far.clock.utc_offset = both.clock.utc_offset + 12 * 60;
    both.exchanges.push_back(far);
    return both;
  }();
  return {kCalendar, (2 * 20'758 + half_days) * std::int64_t{43'200'000'000'000}};
}

World::World(std::uint64_t seed, bool limited) : random_(seed), limited_(limited), mixed_(chance(2)) {
  clients_.serve(router_);
  for (std::size_t symbol = 5; symbol < kSymbols; ++symbol)
    if (!chance(3)) expiries_[symbol] = expiries_at(2 * static_cast<int>(pick(4))).today("NSE");
  router_.set_expiries(expiries_at(half_days_));
  for (Books& books : books_) {
    if (!limited) continue;
    books.limit = 4;
    books.deep_limit = 1;
    books.max_connections = 2;
  }
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.instruments_per_connection = books_[0].limit;
  limits.connections_per_account = books_[0].max_connections;
  limits.batch_size = 3;
  limits.depth_limit_count = limited ? 1 : 0;
  limits.depth_limits = &kDeep;
  const bgw_capability deep{"NSE", 7, BGW_FEED_SNAPSHOT, 2, {5, 20}, 0};
  const bgw_capability flat{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0};
  libraries_[0] = std::make_shared<ModelBroker<0>>(books_[0], std::vector{deep}, limits);
  libraries_[1] = std::make_shared<ModelBroker<1>>(books_[1], std::vector{flat}, limits);
  for (std::size_t i = 0; i < 2; ++i) {
    for (std::size_t n = pick(4); n > 0; --n) lists_[i].change(random_);
    start(i);
    router_.add_broker(setup(i));
    router_.set_index(std::to_string(i), lists_[i].index(expiries_));
  }
  router_.add_shard(clients_);
  router_.mix_brokers(mixed_);
  router_.group_for("", {0, 1});
  for (routing::SessionId s = 0; s < kSessions; ++s) open(s);
}

void World::start(std::size_t i) {
  plugin_host::LinkOptions options;
  options.name = std::to_string(i);
  options.reconnect = {0, 0, 0, 0.0};
  options.idle_close_ns = 0;
  options.stall_limit_ns = 1;  // what has to last so long does
  options.market_open = [](std::string_view, InstrumentKind, std::int64_t) { return false; };
  options.monotonic = [this] { return monotonic_; };
  links_[i] = std::make_unique<plugin_host::BrokerLink>(io_, libraries_[i], std::move(options), bell_);
  if (!links_[i]->prepare()) fault_.add("a broker could not be prepared");
  links_[i]->start();
}

routing::BrokerSetup World::setup(std::size_t i) {
  routing::BrokerSetup setup;
  setup.name = setup.plugin = std::to_string(i);
  setup.capabilities = links_[i]->capabilities();
  setup.channel = &links_[i]->channel();
  setup.limits = registry::Limits(*libraries_[i]->descriptor().limits);
  setup.hot_standby = !limited_ && chance(3);
  setup.tokens_per_exchange = i == 1;
  return setup;
}

void World::open(routing::SessionId s) {
  const routing::GroupId group = any_group();
  const auto variant = chance(2) ? routing::Variant::extras : routing::Variant::plain;
  router_.open(s, group, variant, chance(4), 20);
  forgotten_[s] = clients_.delivered[s];
  clients_.holds[s].clear();
}

Held World::any_stream() {
  static constexpr routing::Stream kAll[] = {{1, 0}, {2, 0}, {4, 5}, {4, 20}, {4, 50}};
  const int symbol = static_cast<int>(pick(kSymbols));
  // Places for deep books are scarce: many clients ask for them.
  return {symbol, kAll[limited_ && chance(2) ? 3 : pick(5)]};
}

routing::GroupId World::any_group() {
  switch (pick(4)) {
    case 0:
      return router_.group_for("1,", {1});
    case 1:
      return router_.group_for("1,0,", {1, 0});
    default:
      return routing::kDefaultGroup;
  }
}

// Some of what is due happens, in either order. Returns false when nothing was due.
bool World::progress(std::size_t n) {
  router_.flush_demand();
  for (Books& books : books_)
    for (Books::Connection* connection : books.live())
      if (n > 4 || chance(2)) books.answer(*connection);
  if (chance(2)) router_.drain(n);
  bool any = false;
  for (std::size_t i = 0; i < n; ++i) {
    if (io_.stopped() || io_.poll_one() == 0) {
      io_.restart();
      break;
    }
    any = true;
  }
  router_.drain(n);
  return any;
}

void World::run_until_quiet() {
  for (int quiet = 0, i = 0; quiet < 3 && i < 60; ++i) quiet = progress(100) ? 0 : quiet + 1;
}

// The broker sends one packet of each subscription: the richest that it gives, or any poorer one.
void World::tick(std::size_t broker, Books::Connection& c, bool richest) {
  for (const auto& [handle, s] : c.held) {
    if (s.given.first == 0) continue;
    bgw_tick t{};
    t.instrument = handle;
    t.present = BGW_HAS_LTP | BGW_HAS_OPEN | BGW_HAS_TOTAL_BUY;
    t.total_buy_quantity = ++packets_;  // each says something new
    t.ltp = t.open = Value{static_cast<int>(broker), s.token, lists_[broker].life(s.token)}.price();
    t.modes = BGW_MODE_LTP;
    const std::size_t kind = richest ? 3 : pick(5);
    if (s.given.first >= BGW_MODE_QUOTE && kind > 0) t.modes |= BGW_MODE_QUOTE;
    if (s.given.first == BGW_MODE_DEPTH && kind > 1) t.modes |= BGW_MODE_DEPTH;
    if (s.given.first == BGW_MODE_DEPTH && kind == 4) {  // a book comes without the last price
      t.modes = BGW_MODE_DEPTH;
      t.present = BGW_HAS_TOTAL_BUY;
    }
    const std::vector<bgw_level> levels(s.given.second, {t.ltp, 1, 1, 0});
    const bgw_book book{0, s.given.second, s.given.second, 0, 0, 0, 0, levels.data(), levels.data()};
    const bgw_update update{&t, nullptr, (t.modes & BGW_MODE_DEPTH) != 0 ? &book : nullptr, nullptr, 0, 0};
    const support::InsideAdapter inside(*c.host);
    c.host->publish(c.host->context, &update);
  }
}

void World::tick_all() {
  for (std::size_t i = 0; i < 2; ++i)
    for (Books::Connection* connection : books_[i].live()) tick(i, *connection, true);
}

void World::settle() {
  for (std::size_t i = 0; i < 2; ++i) {
    books_[i].up = true;
    if (std::exchange(books_[i].expired, false)) links_[i]->relogin({});
    links_[i]->channel().writer().feed("NSE", bus::FeedState::live, bus::FeedEvidence::none, 0, "live");
  }
  run_until_quiet();
  // Time for returns to preferred brokers, and the ticks that prove them: the first ones count as snapshots.
  for (int round = 0; round < 4; ++round) {
    monotonic_ += 7'200'000'000'000;
    router_.let_go();
    router_.review();
    run_until_quiet();
    tick_all();
    run_until_quiet();
  }
  router_.review();
  run_until_quiet();
  clients_.forget_told();
  tick_all();
  run_until_quiet();
  for (std::size_t i = 0; i < 2; ++i) check_books(i);
  for (routing::SessionId s = 0; s < kSessions; ++s) {
    check_streams(s);
    check_ledger(s);
  }
}

void World::log_in_anew() {
  for (const auto& link : links_) link->relogin({});
  for (Books& books : books_) books.forget_refusals();
}

void World::take_everything() {
  for (Books& books : books_) books.refuses.clear();
}

}  // namespace gw::property
