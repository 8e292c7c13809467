// Whatever clients, links and operators do, and in whatever order it is noticed: in the end each broker has exactly
// what the clients that it serves hold, never had more than its limits allow, and every client got what it was owed.
// Thousands of runs, each from its seed; GW_SEED=N replays one, GW_RUNS=N makes so many.
#include <cstdlib>
#include <set>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "core/base/log.hpp"
#include "core/plugin_host/broker_link.hpp"
#include "core/routing/router.hpp"
#include "tests/property/model_broker.hpp"
#include "tests/routing/fakes.hpp"

namespace gw::property {
namespace {

using routing::Stream;

constexpr routing::SessionId kSessions = 5;
constexpr std::uint32_t kSymbols = 9;

class CountingPort final : public routing::SessionPort {
 public:
  void joined(routing::SessionId, routing::TopicId, routing::Lane) override {}
  void left(routing::SessionId, routing::TopicId, routing::Lane, std::uint32_t) override {}
  void deliver(routing::TopicId, routing::Lane, std::string_view,
               std::span<const routing::SessionId> sessions) noexcept override {
    for (const routing::SessionId s : sessions) ++delivered[s];
  }
  void refused(routing::SessionId, const routing::TopicInfo&, std::string_view) override {}
  void ended(routing::SessionId, const routing::TopicInfo&, const routing::Gone&) override {}
  void subscription_changed(routing::TopicId, std::span<const routing::SessionId>) override {}
  void broker_changed(routing::BrokerId) override {}
  void feed_changed(routing::BrokerId) override {}
  void switched(routing::LineupId, std::string_view) override {}
  std::map<routing::SessionId, std::uint64_t> delivered;
};

bgw_limits limits_of(const Books& books, const bgw_depth_limit& deep) {
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.instruments_per_connection = books.limit;
  limits.connections_per_account = books.most_connections;
  limits.batch_size = 3;
  if (books.deep_limit != 0) {
    limits.depth_limit_count = 1;
    limits.depth_limits = &deep;
  }
  return limits;
}

class Run {
 public:
  Run(std::uint64_t seed, bool limited) : random_(seed), limited_(limited) {
    for (Books& books : books_) {
      if (!limited) continue;
      books.limit = 4;
      books.deep_limit = 1;
      books.most_connections = 2;
    }
    const bgw_capability deep{"NSE", 7, BGW_FEED_SNAPSHOT, 2, {5, 20}, 0};
    const bgw_capability flat{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0};
    libraries_[0] = std::make_shared<ModelBroker<0>>(books_[0], std::vector{deep}, limits_of(books_[0], deep_limit_));
    libraries_[1] = std::make_shared<ModelBroker<1>>(books_[1], std::vector{flat}, limits_of(books_[1], deep_limit_));
    for (std::size_t i = 0; i < 2; ++i) {
      start(i);
      router_.add_broker(setup(i, !limited_ && chance(3)));
      swap_index(i);
    }
    router_.mix_brokers(false);
    router_.lineup("", {0, 1});
    for (routing::SessionId s = 0; s < kSessions; ++s) open(s);
  }

  void step() {
    switch (pick(16)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return subscribe();
      case 4:
      case 5:
        return unsubscribe();
      case 6:
        return close();
      case 7:
        return router_.move(session(), lineup());
      case 8:
        return drop();
      case 9:
        return change_weather();
      case 10:
        return tick();
      case 11:
        return pass_time();
      case 12:
        return swap_index(pick(2));
      case 13:
        return router_.set_order(routing::kDefaultLineup, pick(2) == 0 ? std::vector<routing::BrokerId>{0, 1}
                                                                       : std::vector<routing::BrokerId>{1, 0});
      case 14:
        return progress(pick(4));
      default:
        return pick(8) == 0 ? replace(pick(2)) : tick();
    }
  }

  // Everybody is well again and all is quiet.
  void settle() {
    for (std::size_t i = 0; i < 2; ++i) {
      books_[i].up = true;
      if (std::exchange(books_[i].expired, false)) links_[i]->relogin({});
      links_[i]->channel().writer().feed(false, 0, "live");
    }
    for (int i = 0; i < 40; ++i) progress(100);
    // Time for returns to preferred brokers, and the ticks that prove them.
    for (int round = 0; round < 3; ++round) {
      monotonic_ += 7'200'000'000'000;
      router_.review();
      for (int i = 0; i < 40; ++i) progress(100);
      for (Books& books : books_)
        for (Books::Connection* connection : books.live()) tick(*connection);
      for (int i = 0; i < 10; ++i) progress(100);
    }
    router_.review();
    for (int i = 0; i < 40; ++i) progress(100);
  }

  // What is wrong; empty: nothing.
  std::string verdict() {
    std::string wrong;
    for (std::size_t i = 0; i < 2; ++i) {
      const std::string name = "broker " + std::to_string(i) + ": ";
      if (!books_[i].violation.empty()) wrong += name + books_[i].violation + "\n";
      const auto have = books_[i].subscribed();
      const auto want = expected(static_cast<routing::BrokerId>(i));
      if (have != want) wrong += name + "has " + text(have) + ", expected " + text(want) + "\n";
      for (const Books::Connection* c : books_[i].live())
        for (const auto& [handle, s] : c->held)
          if (listed_[i].contains(s.symbol) && s.token != token(i, s.symbol))
            wrong += name + s.symbol + " has token " + s.token + ", expected " + token(i, s.symbol) + "\n";
    }
    for (routing::SessionId s = 0; s < kSessions; ++s) {
      if (router_.owed(s) != port_.delivered[s] - forgotten_[s])
        wrong += "session " + std::to_string(s) + " got " + std::to_string(port_.delivered[s] - forgotten_[s]) +
                 ", owed " + std::to_string(router_.owed(s)) + "\n";
      std::set<std::string> held;
      for (const routing::TopicId id : router_.held(s))
        held.insert(name_of(router_.topic(id).symbol, router_.topic(id).stream));
      if (held != holds_[s]) wrong += "session " + std::to_string(s) + " holds something else than it asked for\n";
    }
    return wrong;
  }

 private:
  using Wanted = std::map<std::string, std::pair<std::uint32_t, std::uint32_t>>;

  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(std::size_t one_in) { return pick(one_in) == 0; }
  routing::SessionId session() { return static_cast<routing::SessionId>(pick(kSessions)); }
  std::string symbol() { return "S" + std::to_string(pick(kSymbols)); }
  Stream stream() {
    static constexpr Stream kAll[] = {{1, 0}, {2, 0}, {4, 5}, {4, 20}, {4, 50}};
    return kAll[pick(5)];
  }
  routing::LineupId lineup() {
    switch (pick(4)) {
      case 0:
        return router_.lineup("1,", {1});
      case 1:
        return router_.lineup("1,0,", {1, 0});
      default:
        return routing::kDefaultLineup;
    }
  }
  static std::string name_of(const std::string& symbol, Stream s) {
    return symbol + '/' + std::to_string(s.mode) + '/' + std::to_string(s.depth_level);
  }
  std::string token(std::size_t broker, const std::string& symbol) const {
    return symbol + '@' + std::to_string(generation_[broker]);
  }
  static std::string text(const Wanted& all) {
    std::string out = "{";
    for (const auto& [symbol, what] : all)
      out += ' ' + symbol + ':' + std::to_string(what.first) + '/' + std::to_string(what.second);
    return out + " }";
  }

  void start(std::size_t i) {
    plugin_host::LinkOptions options;
    options.name = std::to_string(i);
    options.reconnect = {0, 0, 0, 0.0};
    options.idle_close_ns = 0;
    options.stall_limit_ns = 1;  // what has to last so long does
    options.market_open = [](std::string_view, std::int64_t) { return false; };
    options.monotonic = [this] { return monotonic_; };
    links_[i] = std::make_unique<plugin_host::BrokerLink>(io_, libraries_[i], std::move(options), bell_);
    EXPECT_TRUE(links_[i]->prepare());
    links_[i]->start();
  }
  routing::BrokerSetup setup(std::size_t i, bool hot) {
    hot_[i] = hot;
    return {std::to_string(i),
            std::to_string(i),
            links_[i]->capabilities(),
            &links_[i]->channel(),
            "",
            registry::Limits(*libraries_[i]->descriptor().limits),
            hot};
  }
  void open(routing::SessionId s) {
    router_.open(s, lineup(), chance(2) ? routing::Variant::extras : routing::Variant::plain, false, 20);
    forgotten_[s] = port_.delivered[s];
    holds_[s].clear();
  }

  // ---- what may happen
  void subscribe() {
    const routing::SessionId s = session();
    const std::string what = symbol();
    const Stream how = stream();
    if (router_.subscribe(s, what, "NSE", how).code == routing::Code::ok) holds_[s].insert(name_of(what, how));
  }
  void unsubscribe() {
    const routing::SessionId s = session();
    const std::string what = symbol();
    const Stream how = stream();
    if (router_.unsubscribe(s, what, "NSE", how).code == routing::Code::ok) holds_[s].erase(name_of(what, how));
  }
  void close() {
    const routing::SessionId s = session();
    router_.close(s);
    open(s);
  }
  void drop() {
    Books& books = books_[pick(2)];
    const auto live = books.live();
    if (live.empty()) return;
    Books::Connection& c = *live[pick(live.size())];
    c.logged_in = false;
    c.held.clear();
    bgw_error error{};
    error.code = chance(6) ? BGW_E_RATE : BGW_E_TRANSIENT;
    c.host->fail(c.host->context, &error);
  }
  void change_weather() {
    const std::size_t i = pick(2);
    switch (pick(4)) {
      case 0:
        books_[i].up = !books_[i].up;
        return;
      case 1:
        books_[i].expired = true;
        return;
      case 2:
        if (std::exchange(books_[i].expired, false)) links_[i]->relogin({});
        return;
      default:
        links_[i]->channel().writer().feed(chance(2), 0, "said so");
    }
  }
  void tick() {
    const auto live = books_[pick(2)].live();
    if (live.empty()) return;
    tick(*live[pick(live.size())]);
  }
  void tick(Books::Connection& c) {
    for (const auto& [handle, s] : c.held) {
      bgw_tick t{};
      t.instrument = handle;
      t.modes = BGW_MODE_LTP | (s.mode >= 2 ? BGW_MODE_QUOTE : 0) | (s.mode == 4 ? BGW_MODE_DEPTH : 0);
      t.present = BGW_HAS_LTP;
      t.ltp = BGW_PRICE_SCALE;
      bgw_book book{};
      const bgw_update update{&t, nullptr, s.mode == 4 ? &book : nullptr};
      c.host->publish(c.host->context, &update);
    }
  }
  void pass_time() {
    monotonic_ += static_cast<std::int64_t>(pick(90)) * 1'000'000'000;
    router_.review();
  }
  // Another list: some symbols are gone, all tokens are new.
  void swap_index(std::size_t i) {
    ++generation_[i];
    listed_[i].clear();
    instruments::Index::Builder builder(kSymbols);
    for (std::uint32_t n = 0; n < kSymbols; ++n) {
      const std::string name = "S" + std::to_string(n);
      if (chance(5)) continue;
      listed_[i].insert(name);
      known_[i].insert(name);
      const std::string its_token = token(i, name);
      instruments::InstrumentView view;
      view.symbol = name;
      view.exchange = "NSE";
      view.token = its_token;
      builder.add(view);
    }
    router_.set_index(std::to_string(i), std::make_shared<const instruments::Index>(std::move(builder).build()));
  }
  // As when its part of gateway.yaml was edited.
  void replace(std::size_t i) {
    router_.detach_broker(static_cast<routing::BrokerId>(i), "being changed");
    links_[i]->stop();
    links_[i].reset();
    start(i);
    router_.attach_broker(static_cast<routing::BrokerId>(i), setup(i, !limited_ && chance(3)));
  }
  // Some of what is due happens, in either order.
  void progress(std::size_t n) {
    router_.flush_demand();
    if (chance(2)) router_.drain(n);
    for (std::size_t i = 0; i < n; ++i)
      if (io_.stopped() || io_.poll_one() == 0) {
        io_.restart();
        break;
      }
    router_.drain(n);
  }

  // Independently of the router's own books: the richest of what the clients hold that this broker serves or stands by
  // for. With limits, of what the router says that it has given.
  Wanted expected(routing::BrokerId broker) {
    Wanted all;
    for (routing::SessionId s = 0; s < kSessions; ++s) {
      const routing::Lineup& l = router_.lineup(router_.lineup_of(s));
      const bool serves = l.broker() == broker;
      const bool stands_by = !serves && l.standby == broker;
      if (!serves && !stands_by) continue;
      for (const routing::TopicId id : router_.held(s)) {
        const routing::TopicInfo& h = router_.topic(id);
        const std::string& name = h.symbol;
        if (limited_ && (!serves || !router_.subscription(id).placed)) continue;
        if (!router_.broker(broker).find_route(name, "NSE")) continue;
        const std::uint32_t depth = h.stream.mode != 4 ? 0
                                    : limited_         ? static_cast<std::uint32_t>(h.actual_depth)
                                    : broker == 0 && h.stream.depth_level >= 20 ? 20
                                                                                : 5;
        auto& [mode, levels] = all[name];
        mode = std::max(mode, static_cast<std::uint32_t>(h.stream.mode));
        levels = std::max(levels, depth);
      }
    }
    return all;
  }

  static constexpr bgw_depth_limit deep_limit_{20, 1, 2, 0};
  std::mt19937_64 random_;
  bool limited_;
  boost::asio::io_context io_;
  std::int64_t monotonic_ = 1'000'000'000'000;
  std::array<Books, 2> books_;
  std::array<std::shared_ptr<plugin_host::Library>, 2> libraries_;
  bus::Doorbell bell_;
  std::array<std::unique_ptr<plugin_host::BrokerLink>, 2> links_;
  std::array<bool, 2> hot_{};
  std::array<int, 2> generation_{};
  std::array<std::set<std::string>, 2> listed_;
  std::array<std::set<std::string>, 2> known_;
  std::map<routing::SessionId, std::set<std::string>> holds_;
  std::map<routing::SessionId, std::uint64_t> forgotten_;
  routing::FakeEncoder encoder_;
  CountingPort port_;
  routing::Router router_{encoder_, port_, {[] { return std::int64_t{1}; }, [this] { return monotonic_; }}, [] {
                            return std::string("epoch");
                          }};
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

void play(bool limited) {
  log::set_level(log::Level::error);
  const std::uint64_t one = number_from("GW_SEED", 0);
  const std::uint64_t runs = one != 0 ? 1 : number_from("GW_RUNS", 4000);
  for (std::uint64_t i = 1; i <= runs; ++i) {
    const std::uint64_t seed = one != 0 ? one : i;
    Run run(seed, limited);
    for (std::uint64_t n = 0; n < 60 + seed % 120; ++n) run.step();
    run.settle();
    ASSERT_EQ(run.verdict(), "") << "replay with GW_SEED=" << seed;
  }
}

TEST(AnyInterleaving, EndsWithTheBrokersHavingWhatTheClientsHold) { play(false); }

TEST(AnyInterleaving, NeverExceedsALimitOnTheWay) { play(true); }

}  // namespace
}  // namespace gw::property
