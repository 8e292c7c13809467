#include "core/routing/frame_log.hpp"

#include <gtest/gtest.h>

namespace gw::routing {
namespace {

TEST(FrameLog, LinksTheFramesOfATopicBackwards) {
  FrameLog log(1 << 12);
  const FrameLog::Position first = log.append(FrameLog::kNone, 1, "one");
  log.append(FrameLog::kNone, 9, "of another topic");
  const FrameLog::Position second = log.append(first, 2, "two");
  const FrameLog::Entry newest = log.at(second);
  EXPECT_EQ(newest.frame, "two");
  EXPECT_EQ(newest.seq, 2U);
  ASSERT_TRUE(log.has(newest.before));
  EXPECT_EQ(log.at(newest.before).frame, "one");
  EXPECT_FALSE(log.has(log.at(first).before));
}

TEST(FrameLog, TheOldestGiveWayAndTheOthersStayWhole) {
  FrameLog log(1 << 12);
  FrameLog::Position last = FrameLog::kNone;
  for (std::uint64_t seq = 1; seq <= 1000; ++seq) {
    last = log.append(last, seq, "frame " + std::to_string(seq) + std::string(seq % 50, 'x'));
    std::uint64_t expected = seq;
    for (FrameLog::Position at = last; log.has(at); at = log.at(at).before, --expected) {
      ASSERT_EQ(log.at(at).seq, expected);
      ASSERT_EQ(log.at(at).frame, "frame " + std::to_string(expected) + std::string(expected % 50, 'x'));
    }
    ASSERT_LT(expected, seq) << "at least the newest is kept";
    if (seq > 100) {
      ASSERT_GT(expected, 0U) << "it is bounded";
    }
  }
}

TEST(FrameLog, WithoutMemoryNothingIsKept) {
  FrameLog log(0);
  EXPECT_FALSE(log.has(log.append(FrameLog::kNone, 1, "one")));
  FrameLog small(64);
  EXPECT_FALSE(small.has(small.append(FrameLog::kNone, 1, std::string(64, 'x')))) << "nor what is too large";
}

}  // namespace
}  // namespace gw::routing
