#include "tests/market_days/day_plan.hpp"

#include <algorithm>
#include <numeric>
#include <set>

namespace gw::market_days {
namespace {

constexpr std::int64_t kDay = 7 * kHour;
constexpr std::int64_t kEver = 24 * kHour;

class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed * 0x9e3779b97f4a7c15 + 1) {}
  std::size_t pick(std::size_t n) { return static_cast<std::size_t>(random_() % n); }
  bool chance(std::size_t one_in) { return pick(one_in) == 0; }
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(to - from));
  }
  template <class T>
  T one_of(std::initializer_list<T> all) {
    return *(all.begin() + pick(all.size()));
  }
  std::uint64_t number() { return random_(); }

  Traits traits() {
    Traits t;
    t.places = one_of({1U, 2U, 3U});
    t.per_connection = t.places == 1 ? 0 : one_of({0U, t.places == 2 ? 45U : 25U});
    t.declares_snapshots = chance(2);
    t.sends_snapshots = t.declares_snapshots || chance(2);
    t.delay_ns = between(20'000'000, 900'000'000);
    t.resolution_ns = one_of({std::int64_t{1'000'000}, kSecond});
    t.login_ns = between(50'000'000, 3 * kSecond);
    return t;
  }
  std::vector<std::size_t> instruments_of(std::size_t count) {
    std::vector<std::size_t> all(instruments().size());
    std::iota(all.begin(), all.end(), std::size_t{0});
    // Some hold quiet ones only, or one exchange's.
    const std::size_t what = pick(6);
    std::erase_if(all, [what](std::size_t i) {
      const Instrument& it = instruments()[i];
      return (what == 0 && it.pace < kInHours) || (what == 1 && it.exchange != kMcx) ||
             (what == 2 && it.exchange == kMcx);
    });
    std::shuffle(all.begin(), all.end(), random_);
    all.resize(std::min(all.size(), count));
    return all;
  }
  ClientPlan client(bool all_day) {
    ClientPlan client;
    client.from = all_day ? between(0, 5 * kMinute) : between(0, kDay);
    if (!all_day && chance(2)) client.until = client.from + between(kMinute, 2 * kHour);
    client.instruments = instruments_of(chance(4) ? 1 : 1 + pick(60));
    client.stream = one_of({routing::Stream{1, 0}, routing::Stream{2, 0}, routing::Stream{4, 5}});
    return client;
  }
  std::int64_t moment() { return chance(6) ? 15 * kMinute - 2 * kSecond : between(kMinute, kDay - 10 * kMinute); }
  std::int64_t length() { return one_of({20 * kSecond, 2 * kMinute, 10 * kMinute, kHour, kEver}); }
  Spell spell(std::size_t brokers) {
    using Kind = Spell::Kind;
    Spell s;
    s.kind = one_of({Kind::mute, Kind::mute, Kind::mute, Kind::mute, Kind::lag, Kind::ahead, Kind::drop, Kind::drop,
                     Kind::refuse_logins, Kind::slow_logins});
    s.broker = pick(brokers);
    s.from = moment();
    s.until = s.from + length();
    s.exchanges = one_of({1U << kNse | 1U << kIndex, 1U << kIndex, 1U << kMcx, kAllExchanges});
    s.of_one_login = chance(3);
    s.cured_by_login = !s.of_one_login && chance(3);
    s.snapshots = one_of({Spell::Snapshots::move, Spell::Snapshots::stand_still, Spell::Snapshots::none});
    s.lag_ns = between(15 * kSecond, 5 * kMinute);
    // A broker takes logins again some day.
    if (s.kind == Kind::refuse_logins || s.kind == Kind::slow_logins) s.until = std::min(s.until, s.from + kHour);
    return s;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace

std::vector<std::size_t> some(Exchange exchange, Pace pace, std::size_t count) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < instruments().size() && found.size() < count; ++i)
    if (instruments()[i].exchange == exchange && instruments()[i].pace == pace) found.push_back(i);
  return found;
}

DayPlan draw(std::uint64_t seed, bool calm) {
  Draw d(seed);
  DayPlan plan;
  plan.seed = d.number();
  plan.brokers = d.chance(4) ? 1 : 2;
  for (Traits& traits : plan.traits) traits = d.traits();
  plan.hot_standby = d.chance(2);
  plan.stall_limit_ns = d.one_of({3 * kSecond, kSecond * 13 / 2, 12 * kSecond, 20 * kSecond, 30 * kSecond});
  plan.trades_before_open = d.chance(2);
  plan.has_canaries = d.chance(3);
  plan.remembers = d.chance(2);
  for (Traits& traits : plan.traits) traits.busy_are_known = plan.remembers;
  for (std::size_t n = 1 + d.pick(3); n > 0; --n) plan.clients.push_back(d.client(plan.clients.empty()));
  // Each broker can give all that is wanted.
  std::set<std::size_t> wanted;
  if (plan.has_canaries) wanted.insert(0);
  for (const ClientPlan& client : plan.clients) wanted.insert(client.instruments.begin(), client.instruments.end());
  for (Traits& traits : plan.traits)
    if (std::size_t{traits.places} * traits.per_connection < wanted.size()) traits.per_connection = 0;
  if (calm) return plan;
  for (std::size_t n = 1 + d.pick(4); n > 0; --n) plan.weather.push_back(d.spell(plan.brokers));
  if (d.chance(4)) {
    const std::int64_t from = d.between(15 * kMinute, 6 * kHour);
    const std::int64_t until = from + d.one_of({2 * kMinute, 20 * kMinute, 4 * kHour});
    if (d.chance(3)) {
      plan.halts.push_back({kMcx, from, until});
    } else {
      plan.halts.push_back({kIndex, from, until});
      if (d.chance(2)) plan.halts.push_back({kNse, from, until});
    }
  }
  return plan;
}

std::string text_of(const DayPlan& plan) {
  static constexpr const char* kKinds[] = {"mute", "lag", "ahead", "drop", "refuse logins", "slow logins"};
  static constexpr const char* kSnapshots[] = {"snapshots move", "snapshots stand still", "no snapshots"};
  const auto time = [](std::int64_t ns) {
    const std::int64_t s = ns / kSecond + 9 * 3600;
    char text[40];
    std::snprintf(text, sizeof text, "%02d:%02d:%02d", static_cast<int>(s / 3600), static_cast<int>(s / 60 % 60),
                  static_cast<int>(s % 60));
    return std::string(text);
  };
  std::string out = "stall limit " + std::to_string(plan.stall_limit_ns / 1'000'000) + " ms" +
                    (plan.hot_standby ? ", hot standby" : "") +
                    (plan.trades_before_open ? ", trades before 9:15" : "") + (plan.has_canaries ? ", canaries" : "") +
                    (plan.remembers ? ", busy ones are known" : "");
  for (std::size_t i = 0; i < plan.brokers; ++i) {
    const Traits& t = plan.traits[i];
    out += "\n  broker " + std::to_string(i) + ": places " + std::to_string(t.places) + " of " +
           std::to_string(t.per_connection) + ", snapshots " +
           (t.declares_snapshots ? "declared"
            : t.sends_snapshots  ? "sent"
                                 : "none") +
           ", delay " + std::to_string(t.delay_ns / 1'000'000) + " ms";
  }
  for (const ClientPlan& client : plan.clients) {
    std::array<std::array<int, kPaces>, kExchanges> count{};
    for (const std::size_t i : client.instruments) ++count[instruments()[i].exchange][instruments()[i].pace];
    out += "\n  client " + time(client.from) + (client.until == 0 ? "" : " to " + time(client.until)) + " mode " +
           std::to_string(client.stream.mode) + ':';
    for (std::size_t e = 0; e < kExchanges; ++e) {
      out += std::string(" ") + kExchangeNames[e];
      for (const int n : count[e]) out += ' ' + std::to_string(n);
    }
  }
  for (const Spell& s : plan.weather)
    out += "\n  " + time(s.from) + " to " + time(s.until) + " broker " + std::to_string(s.broker) + ' ' +
           kKinds[static_cast<std::size_t>(s.kind)] + " exchanges " + std::to_string(s.exchanges) +
           (s.of_one_login ? ", one login" : "") + (s.cured_by_login ? ", cured by a login" : "") + ", " +
           kSnapshots[static_cast<std::size_t>(s.snapshots)] + ", lag " + std::to_string(s.lag_ns / kSecond) + " s";
  for (const Halt& halt : plan.halts)
    out += "\n  " + time(halt.from) + " to " + time(halt.until) + " halt of " + kExchangeNames[halt.exchange];
  return out;
}

}  // namespace gw::market_days
