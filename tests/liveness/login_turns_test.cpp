// Which of a link's connections gets the next login.
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "core/liveness/login_turns.hpp"
#include "tests/support/seconds.hpp"

namespace gw::liveness {
namespace {

using support::kSecond;

class LoginTurnsTest : public testing::Test {
 protected:
  static constexpr std::int64_t kMinute = 60 * kSecond;
  static constexpr std::int64_t kHour = 60 * kMinute;

  void connect(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      JudgeServices services;
      services.answers = [](std::string_view) { return false; };
      judges_.push_back(std::make_unique<FeedJudge>(std::move(services), WatchLimits{3 * kSecond, 0, kMinute}));
      judges_.back()->on_wanted(0, "S", "NSE", InstrumentKind::other, now_, now_);
      judges_.back()->on_ready(now_);
    }
    pass(kMinute);
  }
  // The connections that log in meanwhile, each in its second.
  std::vector<std::size_t> pass(std::int64_t ns) {
    std::vector<std::size_t> logins;
    for (const std::int64_t end = now_ + ns; now_ < end;) {
      now_ += kSecond;
      std::vector<LoginTurns::Connection> all;
      for (std::size_t i = 0; i < judges_.size(); ++i) {
        judges_[i]->check(now_, now_);
        if (ticking_ == i) tick(i);
        all.push_back({i, judges_[i].get(), i != lost_});
      }
      const auto turn = turns_.next(all, now_);
      if (!turn) continue;
      turns_.on_login(*turn, now_);
      judges_[turn->number]->on_ready(now_);
      logins.push_back(turn->number);
    }
    return logins;
  }
  void prove(std::size_t i) { judges_[i]->on_proof("NSE", now_, "missing"); }
  // Until the next check.
  void prove_all() {
    for (std::size_t i = 0; i < judges_.size(); ++i) prove(i);
  }
  void tick(std::size_t i) {
    bgw_tick t{};
    t.modes = BGW_MODE_LTP;
    t.present = BGW_HAS_LTP;
    t.ltp = ++price_;
    judges_[i]->on_update({&t, nullptr, nullptr, nullptr, 0, 0}, now_, 0, now_);
  }

  static constexpr std::size_t kNone = 99;
  std::vector<std::unique_ptr<FeedJudge>> judges_;
  LoginTurns turns_{1};
  std::int64_t now_ = kHour;
  std::int64_t price_ = 0;
  std::size_t ticking_ = kNone;
  std::size_t lost_ = kNone;
};

TEST_F(LoginTurnsTest, AllConnectionsTogetherKeepThePausesOfOne) {
  connect(3);
  prove_all();
  EXPECT_LE(pass(4 * kHour).size(), 20U);
}

TEST_F(LoginTurnsTest, EachThatNeedsALoginGetsOneInTurn) {
  connect(3);
  prove_all();
  const auto logins = pass(2 * kHour);
  ASSERT_GE(logins.size(), 6U);
  EXPECT_EQ(std::vector(logins.begin(), logins.begin() + 6), (std::vector<std::size_t>{0, 1, 2, 0, 1, 2}));
}

TEST_F(LoginTurnsTest, OneThatLogsInAlreadyIsPassedOver) {
  connect(2);
  prove_all();
  lost_ = 0;
  EXPECT_EQ(pass(kSecond), std::vector<std::size_t>{1});
}

TEST_F(LoginTurnsTest, NoLoginIsExpectedWhereNothingIsWrong) {
  connect(3);
  EXPECT_TRUE(pass(4 * kHour).empty()) << "one instrument each, which is quiet";
}

TEST_F(LoginTurnsTest, ASilenceAfterACureIsANewOne) {
  connect(1);
  prove(0);
  ASSERT_EQ(pass(10 * kMinute).size(), 3U);
  ticking_ = 0;
  pass(3 * kMinute);
  ticking_ = kNone;
  pass(10 * kSecond);
  prove(0);
  EXPECT_EQ(pass(kSecond).size(), 1U) << "at once";
}

}  // namespace
}  // namespace gw::liveness
