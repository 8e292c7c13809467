#include "mock_pacer.hpp"

#include <map>

#include <gtest/gtest.h>

namespace mock {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

Feed feed(std::uint32_t instrument, double phase) { return {instrument, 1, 0, phase, nullptr}; }

// Turns taken up to `end`, by instrument; the host looks every millisecond.
std::map<std::uint32_t, int> turns(MockPacer& pacer, std::int64_t begin, std::int64_t end) {
  std::map<std::uint32_t, int> count;
  for (std::int64_t now = begin; now <= end; now += kSecond / 1000)
    while (const Feed* f = pacer.take_next(now)) ++count[f->instrument];
  return count;
}

TEST(Pacer, GivesEveryFeedItsTurnsPerSecond) {
  MockPacer pacer;
  pacer.set_rate(10);
  for (std::uint32_t i = 0; i < 7; ++i) pacer.add(feed(i, i / 7.0), 0);
  const auto count = turns(pacer, 0, 100 * kSecond);
  ASSERT_EQ(count.size(), 7U);
  for (const auto& [instrument, n] : count) EXPECT_NEAR(n, 1000, 1) << instrument;
}

TEST(Pacer, ASlowRateIsKeptToo) {
  MockPacer pacer;
  pacer.set_rate(1.0 / 60);
  pacer.add(feed(1, 0.5), 0);
  EXPECT_EQ(turns(pacer, 0, 29 * kSecond).size(), 0U);
  EXPECT_EQ(turns(pacer, 29 * kSecond, 31 * kSecond)[1], 1);
  EXPECT_EQ(turns(pacer, 31 * kSecond, 91 * kSecond)[1], 1);
}

TEST(Pacer, StaysBelowTheTotalWithManyFeeds) {
  MockPacer pacer;
  pacer.set_rate(1'000'000);
  for (std::uint32_t i = 0; i < 1000; ++i) pacer.add(feed(i, i / 1000.0), 0);
  int total = 0;
  for (const auto& [instrument, n] : turns(pacer, 0, kSecond / 10)) total += n;
  EXPECT_NEAR(total, MockPacer::kMaxPerSecond / 10, MockPacer::kMaxPerSecond / 100);
}

TEST(Pacer, FeedsThatComeAndGoDisturbNoOther) {
  MockPacer pacer;
  pacer.set_rate(10);
  pacer.add(feed(1, 0.3), 0);
  int count = 0;
  for (std::int64_t now = 0; now < 10 * kSecond; now += kSecond / 1000) {
    const auto other = static_cast<std::uint32_t>(2 + now / kSecond * 7 % 5);
    if (now % (kSecond / 5) == 0) {
      if (pacer.find(other) == nullptr)
        pacer.add(feed(other, other / 7.0), now);
      else
        pacer.remove(other, now);
    }
    while (const Feed* f = pacer.take_next(now))
      if (f->instrument == 1) ++count;
  }
  EXPECT_NEAR(count, 100, 1);
}

TEST(Pacer, AHostThatWasHeldUpIsNotFlooded) {
  MockPacer pacer;
  pacer.set_rate(100);
  pacer.add(feed(1, 0), 0);
  turns(pacer, 0, kSecond);
  const std::int64_t later = 3600 * kSecond;
  pacer.forgive(later);
  int burst = 0;
  while (pacer.take_next(later) != nullptr) ++burst;
  EXPECT_LE(burst, 51);
  EXPECT_GE(burst, 40);
}

TEST(Pacer, WithoutFeedsNoUpdateIsExpected) {
  MockPacer pacer;
  EXPECT_EQ(pacer.take_next(kSecond), nullptr);
  pacer.add(feed(1, 0), 0);
  pacer.clear();
  EXPECT_TRUE(pacer.empty());
  EXPECT_EQ(pacer.take_next(kSecond), nullptr);
}

}  // namespace
}  // namespace mock
