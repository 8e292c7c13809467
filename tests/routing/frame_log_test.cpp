#include "core/routing/frame_log.hpp"

#include <gtest/gtest.h>

namespace gw::routing {
namespace {

TEST(FrameLog, LinksTheFramesOfATopicBackwards) {
  FrameLog log(1 << 12);
  FrameLog::Chain topic;
  FrameLog::Chain other;
  log.append(topic, 1, "one");
  const FrameLog::Position first = topic.newest;
  log.append(other, 9, "of another topic");
  log.append(topic, 2, "two");
  const FrameLog::Entry newest = log.at(topic.newest);
  EXPECT_EQ(newest.frame, "two");
  EXPECT_EQ(newest.seq, 2U);
  ASSERT_TRUE(log.has(newest.before));
  EXPECT_EQ(log.at(newest.before).frame, "one");
  EXPECT_FALSE(log.has(log.at(first).before));
}

TEST(FrameLog, TheOldestGiveWayAndTheOthersStayWhole) {
  FrameLog log(1 << 12);
  FrameLog::Chain topic;
  for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
    log.append(topic, seq, "frame " + std::to_string(seq) + std::string(seq % 50, 'x'));
    std::uint64_t expected = seq;
    for (FrameLog::Position at = topic.newest; log.has(at); at = log.at(at).before, --expected) {
      ASSERT_EQ(log.at(at).seq, expected);
      ASSERT_EQ(log.at(at).frame, "frame " + std::to_string(expected) + std::string(expected % 50, 'x'));
    }
    ASSERT_LT(expected, seq) << "at least the newest is kept";
    if (seq > 100) {
      ASSERT_GT(expected, 0U) << "it is bounded";
    }
  }
}

TEST(FrameLog, GoesBackInStridesAsFarAsFrameByFrame) {
  constexpr std::uint64_t kFrames = 20 * FrameLog::kStride;
  FrameLog log(kFrames * 64 / 2);  // about half of them are kept
  FrameLog::Chain topic;
  FrameLog::Chain other;
  for (std::uint64_t seq = 1; seq <= kFrames; ++seq) {
    log.append(topic, seq, "a frame");
    log.append(other, seq, "another");
  }
  std::uint64_t strides = 0;
  std::uint64_t last = kFrames + 1;
  for (FrameLog::Position at = topic.newest; log.has(at); at = log.at(at).milestone, ++strides) {
    ASSERT_LT(log.at(at).seq, last);
    ASSERT_LE(last - log.at(at).seq, FrameLog::kStride);
    ASSERT_EQ(log.at(at).frame, "a frame");
    last = log.at(at).seq;
  }
  std::uint64_t oldest = kFrames;
  for (FrameLog::Position at = topic.newest; log.has(at); at = log.at(at).before) oldest = log.at(at).seq;
  EXPECT_GT(oldest, 1U);
  EXPECT_GE(strides, 5U);
  EXPECT_LT(last - oldest, FrameLog::kStride);
}

TEST(FrameLog, WithoutMemoryNothingIsKept) {
  FrameLog log(0);
  FrameLog::Chain topic;
  log.append(topic, 1, "one");
  EXPECT_FALSE(log.has(topic.newest));
  FrameLog small(64);
  small.append(topic, 1, "one");
  ASSERT_TRUE(small.has(topic.newest));
  small.append(topic, 2, std::string(64, 'x'));
  EXPECT_FALSE(small.has(topic.newest)) << "nor what is too large";
}

}  // namespace
}  // namespace gw::routing
