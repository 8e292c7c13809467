#include "tests/market_days/market.hpp"

#include <algorithm>
#include <cstdio>

namespace gw::market_days {
namespace {

constexpr std::int64_t kScale = 1'000'000;
constexpr std::uint64_t kMaxTrades = 10'000'000;

calendar::Exchange hours_of(Exchange exchange, int from, int to) {
  calendar::Exchange hours;
  hours.name = kExchangeNames[exchange];
  hours.sessions = {{{calendar::MarketStatus::open, from, to}}};
  return hours;
}

}  // namespace

const std::vector<Instrument>& instruments() {
  static const std::vector<Instrument> kAll = [] {
    std::vector<Instrument> all;
    const auto add = [&all](Exchange exchange, Pace pace, int count) {
      for (int n = 0; n < count; ++n)
        all.push_back({std::string(exchange == kIndex ? "INDEX"
                                   : exchange == kNse ? "SHARE"
                                                      : "METAL") +
                           std::to_string(all.size()),
                       exchange, pace});
    };
    add(kIndex, kIndexPace, 3);
    add(kNse, kBusy, 10);
    add(kNse, kEachMinute, 20);
    for (std::size_t i = 3; i < all.size(); ++i) all[i].has_auction = i % 2 == 0;
    add(kNse, kInHours, 25);
    add(kNse, kNever, 15);
    add(kMcx, kBusy, 4);
    add(kMcx, kEachMinute, 8);
    add(kMcx, kInHours, 8);
    add(kMcx, kNever, 4);
    return all;
  }();
  return kAll;
}

std::shared_ptr<const instruments::Index> instrument_list() {
  static const auto kList = [] {
    instruments::Index::Builder builder(2 * instruments().size());
    for (std::size_t i = 0; i < instruments().size(); ++i) {
      const std::string token = std::to_string(i);
      instruments::InstrumentView view;
      view.symbol = instruments()[i].symbol;
      view.exchange = view.broker_exchange = kExchangeNames[instruments()[i].exchange];
      view.token = token;
      view.name = view.symbol;
      view.instrument_type = "EQ";
      builder.add(view);
      if (!instruments()[i].has_auction) continue;
      const std::string future = instruments()[i].symbol + "FUT";
      const std::string its_token = std::to_string(instruments().size() + i);
      view.symbol = future;
      view.exchange = view.broker_exchange = "NFO";
      view.token = its_token;
      view.instrument_type = "FUT";
      builder.add(view);
    }
    return std::make_shared<const instruments::Index>(std::move(builder).build());
  }();
  return kList;
}

std::int64_t price_of(std::size_t instrument, std::uint64_t trade) {
  return static_cast<std::int64_t>(instrument * kMaxTrades + trade + 1) * kScale;
}

std::pair<std::size_t, std::uint64_t> trade_of(std::int64_t price) {
  const auto number = static_cast<std::uint64_t>(price / kScale - 1);
  return {number / kMaxTrades, number % kMaxTrades};
}

const calendar::Calendar& Market::calendar() {
  static const calendar::Calendar kCalendar = [] {
    calendar::Calendar all;
    all.exchanges = {hours_of(kNse, 9 * 60 + 15, 15 * 60 + 30), hours_of(kIndex, 9 * 60 + 15, 15 * 60 + 15),
                     hours_of(kMcx, 9 * 60, 23 * 60 + 30)};
    return all;
  }();
  return kCalendar;
}

Market::Market(support::VirtualClock& clock, std::uint64_t seed, std::vector<Halt> halts, bool trades_before_open)
    : clock_(clock),
      random_(seed),
      halts_(std::move(halts)),
      nine_ns_(clock.now() + kNine - clock.wall()),
      auction_(at(15, 15)),
      last_(instruments().size()),
      next_(instruments().size()) {
  std::sort(halts_.begin(), halts_.end(), [](const Halt& a, const Halt& b) { return a.from < b.from; });
  for (Trade& trade : last_) trade.at_ns = at(9, 0) - 17 * kHour;
  for (const Exchange exchange : {kNse, kIndex, kMcx}) {
    const auto is_open_at = [&](int minute) {
      return calendar().status(kExchangeNames[exchange], kNine + minute * kMinute) == calendar::MarketStatus::open;
    };
    int from = 0;
    while (!is_open_at(from)) ++from;
    int to = from;
    while (is_open_at(to)) ++to;
    opens_[exchange] = at(9, from);
    closes_[exchange] = at(9, to);
    std::int64_t begin = opens_[exchange];
    if (trades_before_open && from != 0) trading_[exchange].emplace_back(begin - 8 * kMinute, begin - 2 * kSecond);
    for (const Halt& halt : halts_) {
      if (halt.exchange != exchange) continue;
      trading_[exchange].emplace_back(begin, halt.from);
      begin = halt.until;
    }
    trading_[exchange].emplace_back(begin, at(9, to));
  }
  for (const auto& [from, to] : trading_[kNse]) trading_with_auction_.emplace_back(from, std::min(to, auction_));
  trading_with_auction_.emplace_back(at(15, 29), at(15, 29, 20));
}

std::int64_t Market::at(int hour, int minute, std::int64_t second) const {
  return nine_ns_ + (hour - 9) * kHour + minute * kMinute + second * kSecond;
}

std::string Market::time_text(std::int64_t at_ns) const {
  const std::int64_t ms = (at_ns - nine_ns_ + 9 * kHour) / 1'000'000;
  char text[64];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", static_cast<int>(ms / 3'600'000),
                static_cast<int>(ms / 60'000 % 60), static_cast<int>(ms / 1000 % 60), static_cast<int>(ms % 1000));
  return text;
}

bool Market::was_halted(Exchange exchange, std::int64_t from, std::int64_t to) const {
  return std::any_of(halts_.begin(), halts_.end(), [&](const Halt& halt) {
    return halt.exchange == exchange && halt.from <= to && halt.until > from;
  });
}

std::int64_t Market::last_halt_end(Exchange exchange) const {
  std::int64_t end = 0;
  for (const Halt& halt : halts_)
    if (halt.exchange == exchange && halt.until <= clock_.now()) end = std::max(end, halt.until);
  return end;
}

std::int64_t Market::next_trading(std::size_t instrument, std::int64_t at_ns) const {
  const Instrument& i = instruments()[instrument];
  for (const auto& [from, to] : i.has_auction ? trading_with_auction_ : trading_[i.exchange])
    if (at_ns < to && from < to) return std::max(from, at_ns);
  return support::VirtualClock::kNever;
}

void Market::begin(std::size_t instrument) {
  if (next_[instrument] != nullptr || instruments()[instrument].pace == kNever) return;
  next_[instrument] = std::make_unique<support::VirtualClock::Alarm>(clock_, [this, instrument] {
    ++last_[instrument].number;
    last_[instrument].at_ns = clock_.now();
    for (const auto& tell : on_trade) tell(instrument, last_[instrument]);
    plan(instrument);
  });
  plan(instrument);
}

void Market::plan(std::size_t instrument) {
  const Pace pace = instruments()[instrument].pace;
  const std::int64_t gap =
      kMean[pace] / 2 + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(kMean[pace]));
  std::int64_t at = clock_.now() + gap;
  const std::int64_t trading = next_trading(instrument, at);
  if (trading == support::VirtualClock::kNever) return;
  if (trading != at) at = trading + static_cast<std::int64_t>(random_() % static_cast<std::uint64_t>(gap));
  if (next_trading(instrument, at) != at) at = trading;
  next_[instrument]->set(at - clock_.now());
}

}  // namespace gw::market_days
