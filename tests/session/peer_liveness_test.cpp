#include "core/session/peer_liveness.hpp"

#include <gtest/gtest.h>

namespace gw::session {
namespace {

using Verdict = PeerLiveness::Verdict;

constexpr std::int64_t kInterval = 30;
constexpr std::int64_t kTimeout = 10;

class Peer : public testing::Test {
 protected:
  void SetUp() override { peer_.opened(1000); }
  Verdict look(std::int64_t now, bool is_blocked = false) { return peer_.look(now, kInterval, kTimeout, is_blocked); }
  PeerLiveness peer_;
};

TEST_F(Peer, IsPingedOnceInAnIntervalAndLivesWhenAnyFrameComes) {
  EXPECT_EQ(look(1030), Verdict::alive);
  EXPECT_EQ(look(1031), Verdict::ping);
  EXPECT_EQ(look(1035), Verdict::alive) << "one ping at a time";
  peer_.heard(1036);
  EXPECT_EQ(look(1050), Verdict::alive);
  EXPECT_EQ(look(1062), Verdict::ping);
}

TEST_F(Peer, IsDeadWhenNothingComesInTime) {
  EXPECT_EQ(look(1031), Verdict::ping);
  EXPECT_EQ(look(1041), Verdict::alive);
  EXPECT_EQ(look(1042), Verdict::dead);
}

TEST_F(Peer, IsNotJudgedWhileItsPingMayStandBehindUnsentOutput) {
  EXPECT_EQ(look(1031), Verdict::ping);
  EXPECT_EQ(look(1042, true), Verdict::alive);
  EXPECT_EQ(look(1052), Verdict::alive) << "counted from when it was last blocked";
  EXPECT_EQ(look(1053), Verdict::dead);
}

}  // namespace
}  // namespace gw::session
