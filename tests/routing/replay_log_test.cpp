#include "core/topics/replay_log.hpp"

#include <gtest/gtest.h>

namespace gw::topics {
namespace {

TEST(ReplayLog, LinksTheFramesOfATopicBackwards) {
  ReplayLog log(1 << 12);
  ReplayLog::Chain topic;
  ReplayLog::Chain other;
  log.append(topic, 1, "one");
  const ReplayLog::Position first = topic.last;
  log.append(other, 9, "of another topic");
  log.append(topic, 2, "two");
  const ReplayLog::Entry last = log.at(topic.last);
  EXPECT_EQ(last.frame, "two");
  EXPECT_EQ(last.seq, 2U);
  ASSERT_TRUE(log.has(last.before));
  EXPECT_EQ(log.at(last.before).frame, "one");
  EXPECT_FALSE(log.has(log.at(first).before));
}

TEST(ReplayLog, TheOldestAreEvictedAndTheOthersStayWhole) {
  ReplayLog log(1 << 12);
  ReplayLog::Chain topic;
  for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
    log.append(topic, seq, "frame " + std::to_string(seq) + std::string(seq % 50, 'x'));
    std::uint64_t expected = seq;
    for (ReplayLog::Position at = topic.last; log.has(at); at = log.at(at).before, --expected) {
      ASSERT_EQ(log.at(at).seq, expected);
      ASSERT_EQ(log.at(at).frame, "frame " + std::to_string(expected) + std::string(expected % 50, 'x'));
    }
    ASSERT_LT(expected, seq) << "at least the newest is kept";
    if (seq > 100) {
      ASSERT_GT(expected, 0U) << "it is bounded";
    }
  }
}

TEST(ReplayLog, GoesBackInStridesAsFarAsFrameByFrame) {
  constexpr std::uint64_t kFrames = 20 * ReplayLog::kStride;
  ReplayLog log(kFrames * 64 / 2);  // about half of them are kept
  ReplayLog::Chain topic;
  ReplayLog::Chain other;
  for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
    log.append(topic, seq, "a frame");
    log.append(other, seq, "another");
  }
  std::uint64_t strides = 0;
  std::uint64_t last = kFrames + 1;
  for (ReplayLog::Position at = topic.last; log.has(at); at = log.at(at).milestone, ++strides) {
    ASSERT_LT(log.at(at).seq, last);
    ASSERT_LE(last - log.at(at).seq, ReplayLog::kStride);
    ASSERT_EQ(log.at(at).frame, "a frame");
    last = log.at(at).seq;
  }
  std::uint64_t oldest = kFrames;
  for (ReplayLog::Position at = topic.last; log.has(at); at = log.at(at).before) oldest = log.at(at).seq;
  EXPECT_GT(oldest, 1U);
  EXPECT_GE(strides, 5U);
  EXPECT_LT(last - oldest, ReplayLog::kStride);
}

TEST(ReplayLog, WithoutMemoryNothingIsKept) {
  ReplayLog log(0);
  ReplayLog::Chain topic;
  log.append(topic, 1, "one");
  EXPECT_FALSE(log.has(topic.last));
  ReplayLog small(64);
  small.append(topic, 1, "one");
  ASSERT_TRUE(small.has(topic.last));
  small.append(topic, 2, std::string(64, 'x'));
  EXPECT_FALSE(small.has(topic.last)) << "nor what is too large";
}

}  // namespace
}  // namespace gw::topics
