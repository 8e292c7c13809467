#include "core/transport/timers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/loopback.hpp"

namespace gw::transport {
namespace {

using testing::ElementsAre;

constexpr std::int64_t kNever = 3'600'000'000'000;

class TimersTest : public testing::Test {
 protected:
  bool run_until_fired(std::size_t count) {
    return support::run_until(io_, [this, count] { return fired_.size() >= count; });
  }
  void settle() {
    io_.restart();
    while (io_.poll_one() != 0) {
    }
  }

  boost::asio::io_context io_;
  std::vector<std::uint32_t> fired_;
  std::function<void(std::uint32_t)> also_;
  Timers timers_{io_, [this](std::uint32_t id) {
                   fired_.push_back(id);
                   if (also_) also_(id);
                 }};
};

TEST_F(TimersTest, FiresOnceAndNotFromInsideSet) {
  timers_.set(7, 0);
  EXPECT_TRUE(fired_.empty());
  ASSERT_TRUE(run_until_fired(1));
  settle();
  EXPECT_THAT(fired_, ElementsAre(7));
}

TEST_F(TimersTest, TheEarlierFiresFirst) {
  timers_.set(1, 20'000'000);
  timers_.set(2, 1'000'000);
  ASSERT_TRUE(run_until_fired(2));
  EXPECT_THAT(fired_, ElementsAre(2, 1));
}

TEST_F(TimersTest, SettingAgainReplaces) {
  timers_.set(1, kNever);
  timers_.set(1, 0);
  ASSERT_TRUE(run_until_fired(1));
  settle();
  EXPECT_THAT(fired_, ElementsAre(1));
}

TEST_F(TimersTest, SettingAgainOutdoesAnExpiryThatIsAlreadyQueued) {
  also_ = [this](std::uint32_t id) {
    if (id == 1) timers_.set(2, kNever);
  };
  timers_.set(1, 0);
  timers_.set(2, 0);
  ASSERT_TRUE(run_until_fired(1));
  settle();
  EXPECT_THAT(fired_, ElementsAre(1));
}

TEST_F(TimersTest, CancellingOutdoesAnExpiryThatIsAlreadyQueued) {
  also_ = [this](std::uint32_t) { timers_.cancel(2); };
  timers_.set(1, 0);
  timers_.set(2, 0);
  ASSERT_TRUE(run_until_fired(1));
  settle();
  EXPECT_THAT(fired_, ElementsAre(1));
}

TEST_F(TimersTest, CancellingOneLeavesTheOthersAndAnUnknownOneIsFine) {
  timers_.set(1, 0);
  timers_.set(2, 0);
  timers_.cancel(1);
  timers_.cancel(99);
  ASSERT_TRUE(run_until_fired(1));
  settle();
  EXPECT_THAT(fired_, ElementsAre(2));
}

TEST_F(TimersTest, CancelAllLeavesNone) {
  for (std::uint32_t id = 0; id < 5; ++id) timers_.set(id, 0);
  timers_.cancel_all();
  timers_.set(9, 0);
  ASSERT_TRUE(run_until_fired(1));
  settle();
  EXPECT_THAT(fired_, ElementsAre(9));
}

TEST_F(TimersTest, ATimerMaySetItselfAgain) {
  also_ = [this](std::uint32_t id) {
    if (fired_.size() < 3) timers_.set(id, 0);
  };
  timers_.set(4, 0);
  ASSERT_TRUE(run_until_fired(3));
  settle();
  EXPECT_THAT(fired_, ElementsAre(4, 4, 4));
}

TEST(Timers, DestroyedTheyFireNoMore) {
  boost::asio::io_context io;
  int fired = 0;
  {
    Timers timers(io, [&fired](std::uint32_t) { ++fired; });
    timers.set(1, 0);
    timers.set(2, kNever);
  }
  io.run();
  EXPECT_EQ(fired, 0);
}

TEST(Timers, MayBeDestroyedFromInsideATimer) {
  boost::asio::io_context io;
  int fired = 0;
  std::unique_ptr<Timers> timers;
  timers = std::make_unique<Timers>(io, [&](std::uint32_t) {
    ++fired;
    timers.reset();
  });
  timers->set(1, 0);
  timers->set(2, 0);
  io.run();
  EXPECT_EQ(fired, 1);
}

}  // namespace
}  // namespace gw::transport
