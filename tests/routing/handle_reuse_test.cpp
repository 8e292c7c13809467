#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class HandleReuse : public RouterTest {
 protected:
  void hold_and_let_go(std::string_view symbol) {
    subscribe(1, symbol, kLtp);
    asked();
    unsubscribe(1, symbol, kLtp);
    asked();
  }
};

TEST_F(HandleReuse, AHandleIsNotGivenAwayBeforeTheAdapterReleasedIt) {
  hold_and_let_go("INFY");
  subscribe(1, "TCS", kLtp);
  EXPECT_THAT(asked(), ElementsAre("1 TCS.NSE mode 1 token 2"));
  adapter_.tick(0, kLtpPacket, 10);  // of INFY, sent before the adapter saw the end of it
  EXPECT_THAT(got(), IsEmpty());
}

TEST_F(HandleReuse, AStaleUpdateBeforeTheReleaseReachesNobodyAfterIt) {
  hold_and_let_go("INFY");
  adapter_.tick(0, kLtpPacket, 10);
  adapter_.released(0);
  EXPECT_THAT(got(), IsEmpty());
  const Outcome tcs = subscribe(1, "TCS", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 TCS.NSE mode 1 token 2"));
  EXPECT_EQ(snapshot(1, tcs), "") << "no value of INFY under the name of TCS";
  adapter_.tick(0, kLtpPacket, 20);
  EXPECT_THAT(got(), ElementsAre("1: TCS.NSE 1 #1 ltp 20"));
}

TEST_F(HandleReuse, TakenUpAgainBeforeItsReleaseTheHandleStaysWithItsInstrument) {
  hold_and_let_go("INFY");
  subscribe(1, "INFY", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 INFY.NSE mode 1 token 1"));
  adapter_.released(0);
  got();
  subscribe(2, "TCS", kLtp);
  EXPECT_THAT(asked(), ElementsAre("1 TCS.NSE mode 1 token 2"));
  adapter_.tick(0, kLtpPacket, 10);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 10"));
}

TEST_F(HandleReuse, EndedTwiceItTakesTwoReleases) {
  hold_and_let_go("INFY");
  hold_and_let_go("INFY");
  adapter_.released(0);
  got();
  subscribe(1, "TCS", kLtp);
  EXPECT_THAT(asked(), ElementsAre("1 TCS.NSE mode 1 token 2"));
  adapter_.released(0);
  got();
  subscribe(1, "SBIN", kLtp);
  EXPECT_THAT(asked(), ElementsAre("0 SBIN.NSE mode 1 token 3"));
}

TEST_F(HandleReuse, AReleaseNobodyWaitsForChangesNothing) {
  subscribe(1, "INFY", kLtp);
  asked();
  adapter_.released(0);
  adapter_.released(77);
  got();
  subscribe(2, "TCS", kLtp);
  EXPECT_THAT(asked(), ElementsAre("1 TCS.NSE mode 1 token 2"));
  adapter_.tick(0, kLtpPacket, 10);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 10"));
}

TEST_F(HandleReuse, ManyRoundsOfComingAndGoingNeverMixInstruments) {
  const char* const symbols[] = {"INFY", "TCS", "SBIN"};
  for (std::size_t round = 0; round < 300; ++round) {
    const char* const symbol = symbols[round % 3];
    subscribe(1, symbol, kLtp);
    const std::vector<std::string> demand = asked();
    ASSERT_EQ(demand.size(), 1U);
    const auto handle = static_cast<std::uint32_t>(std::stoul(demand[0]));
    adapter_.tick(handle, kLtpPacket, static_cast<std::int64_t>(round));
    const auto frames = got();
    ASSERT_EQ(frames.size(), 1U);
    ASSERT_THAT(frames[0], testing::HasSubstr(symbol));
    unsubscribe(1, symbol, kLtp);
    asked();
    adapter_.tick(handle, kLtpPacket, -1);
    if (round % 2 == 0) adapter_.released(handle);
    ASSERT_THAT(got(), IsEmpty());
  }
}

}  // namespace
}  // namespace gw::routing
