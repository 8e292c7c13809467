// A judge of one connection on a clock of numbers, with a broker that ticks, and answers when asked again.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/liveness/feed_judge.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {

using bus::FeedEvidence;
using bus::FeedState;
using support::kSecond;

class JudgeTest : public testing::Test {
 protected:
  static constexpr std::int64_t kStall = 3 * kSecond;
  static constexpr std::int64_t kFirstTick = 60 * kSecond;
  static constexpr std::int64_t kWall = 1'760'000'000 * kSecond;  // when the test's clock shows 0

  // How the broker answers a subscribe.
  enum class Answers { none, still, moving };

  FeedJudge& judge() {
    if (judge_ == nullptr) {
      JudgeServices services;
      services.answers = [this](std::string_view exchange) {
        return !silent_exchanges_.contains(std::string(exchange));
      };
      services.is_open = [this](std::string_view exchange, InstrumentKind kind, std::int64_t) {
        return !closed_.contains(std::string(exchange)) && !closed_kinds_.contains(kind);
      };
      services.has_hours = [this](std::string_view exchange) {
        return !without_hours_.contains(std::string(exchange));
      };
      services.is_expected = [this](std::string_view symbol, std::string_view, std::int64_t) {
        return expected_.contains(std::string(symbol));
      };
      services.session_seen = [this](std::string_view symbol, std::string_view exchange, std::int64_t, bool in_time) {
        noted_.push_back(std::string(symbol) + '.' + std::string(exchange) + (in_time ? " in time" : " late"));
      };
      judge_ = std::make_unique<FeedJudge>(std::move(services), WatchLimits{kStall, 10 * kSecond, kFirstTick});
    }
    return *judge_;
  }

  // Another judge, of a connection that carries nothing yet.
  void start_anew() {
    judge_ = nullptr;
    exchange_of_.clear();
    silent_exchanges_.clear();
  }

  void want(std::uint32_t from, std::uint32_t count, const std::string& exchange = "NSE",
            InstrumentKind kind = InstrumentKind::other) {
    for (std::uint32_t i = from; i < from + count; ++i) {
      judge().on_wanted(i, "S" + std::to_string(i), exchange, kind, now_, kWall + now_);
      exchange_of_[i] = exchange;
      price_.try_emplace(i, 100);
      subscribe(i);
    }
  }
  // Another instrument list: what is carried already is of that kind, and is asked for nothing.
  void describe(std::uint32_t from, std::uint32_t count, InstrumentKind kind, const std::string& exchange = "NSE",
                const std::string& name = "S") {
    for (std::uint32_t i = from; i < from + count; ++i) {
      judge().on_wanted(i, name + std::to_string(i), exchange, kind, now_, kWall + now_);
      exchange_of_[i] = exchange;
    }
  }
  void unwant(std::uint32_t i) {
    judge().on_unwanted(i, now_);
    exchange_of_.erase(i);
  }
  // A new login: all is subscribed again.
  void log_in() {
    judge().on_ready(now_);
    for (const auto& [i, exchange] : exchange_of_) subscribe(i);
  }

  bool packet(std::uint32_t i, std::int64_t lag = 0, bool timed = true) {
    bgw_tick t{};
    t.instrument = i;
    t.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
    t.present = BGW_HAS_LTP | (timed ? BGW_HAS_EXCHANGE_TIME : 0);
    t.ltp = price_[i];
    t.exchange_time_ns = kWall + now_ - lag;
    return judge().on_update({&t, nullptr, nullptr, nullptr, 0, 0}, now_, timed ? t.exchange_time_ns : 0, kWall + now_);
  }
  bool tick(std::uint32_t i, std::int64_t lag = 0) {
    ++price_[i];
    return packet(i, lag);
  }

  void trade_unseen(std::uint32_t from, std::uint32_t count) {
    for (std::uint32_t i = from; i < from + count; ++i) ++price_[i];
  }

  // Time passes; the broker answers what it is asked.
  void pass(std::int64_t ns) {
    for (const std::int64_t end = now_ + ns; now_ < end;) {
      now_ = std::min(end, now_ + judge().period_ns());
      judge().check(now_, kWall + now_);
      for (auto asked = judge().take_asking(now_, kWall + now_); !asked.empty();
           asked = judge().take_asking(now_, kWall + now_)) {
        ++askings_;
        asked_last_ = asked;
        for (const std::uint32_t i : asked) subscribe(i);
      }
    }
  }
  // Ticks of `count` instruments, a round each `gap`, for so long.
  void run(std::int64_t ns, std::uint32_t count = 50, std::int64_t gap = kSecond / 5, std::uint32_t from = 0) {
    for (const std::int64_t end = now_ + ns; now_ < end;) {
      for (std::uint32_t i = from; i < from + count; ++i) tick(i);
      pass(gap);
    }
  }

  void run_late(std::int64_t ns, std::uint32_t count, std::int64_t lag, std::int64_t gap = kSecond / 5) {
    for (const std::int64_t end = now_ + ns; now_ < end;) {
      for (std::uint32_t i = 0; i < count; ++i) tick(i, lag);
      pass(gap);
    }
  }

  const MarketWatch& market(const std::string& exchange = "NSE") {
    for (const auto& m : judge().markets())
      if (m->exchange() == exchange) return *m;
    throw std::runtime_error("no such market");
  }
  FeedState state(const std::string& exchange = "NSE") { return market(exchange).state(); }
  FeedEvidence evidence(const std::string& exchange = "NSE") { return market(exchange).evidence(); }
  bool wants_login() { return judge().wants_login() != nullptr; }

  Answers answers_ = Answers::still;
  std::set<std::string> silent_exchanges_;  // that answer no subscribe
  std::set<std::string> closed_;
  std::set<std::string> without_hours_;
  std::set<InstrumentKind> closed_kinds_;
  std::set<std::string> expected_;
  std::vector<std::string> noted_;
  int askings_ = 0;
  std::vector<std::uint32_t> asked_last_;
  std::int64_t now_ = 1000 * kSecond;

 private:
  void subscribe(std::uint32_t i) {
    judge().on_asked(i, now_);
    if (answers_ == Answers::none || silent_exchanges_.contains(exchange_of_[i])) return;
    if (answers_ == Answers::moving) ++price_[i];
    packet(i);
  }

  std::unique_ptr<FeedJudge> judge_;
  std::map<std::uint32_t, std::string> exchange_of_;
  std::map<std::uint32_t, std::int64_t> price_;
};

}  // namespace gw::liveness
