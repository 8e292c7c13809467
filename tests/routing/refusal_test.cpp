#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/routing/fixture.hpp"

namespace gw::routing {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class Refusal : public RouterTest {};

TEST_F(Refusal, ReachesExactlyThoseThatAsked) {
  router_.open(4, kDefaultLineup, Variant::extras, false, 10);
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", depth(5));
  subscribe(4, "INFY", kLtp);
  subscribe(3, "TCS", kLtp);
  asked();
  adapter_.refuse(0, "quota reached");
  got();
  EXPECT_THAT(port_.refusals,
              UnorderedElementsAre("1: INFY.NSE 1: quota reached", "2: INFY.NSE 4/5 as 5: quota reached",
                                   "4: INFY.NSE 1: quota reached"));
}

TEST_F(Refusal, ReachesNobodyWhoHasLeft) {
  subscribe(1, "INFY", kLtp);
  subscribe(2, "INFY", kLtp);
  asked();
  adapter_.refuse(0, "no");
  unsubscribe(1, "INFY", kLtp);
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("2: INFY.NSE 1: no"));
}

TEST_F(Refusal, OfAHandleNobodyHoldsOrKnowsReachesNobody) {
  subscribe(1, "INFY", kLtp);
  asked();
  unsubscribe(1, "INFY", kLtp);
  adapter_.refuse(0, "no");
  adapter_.refuse(99, "no");
  got();
  EXPECT_THAT(port_.refusals, IsEmpty());
}

TEST_F(Refusal, LeavesTheSubscriptionHeldSoThatDataMayStillCome) {
  const Outcome held = subscribe(1, "INFY", kLtp);
  asked();
  adapter_.refuse(0, "not now");
  got();
  EXPECT_TRUE(router_.holds(1, held.topic));
  adapter_.tick(0, kLtpPacket, 5);
  EXPECT_THAT(got(), ElementsAre("1: INFY.NSE 1 #1 ltp 5"));
}

TEST_F(Refusal, ALongReasonArrivesCutNotBroken) {
  subscribe(1, "INFY", kLtp);
  asked();
  adapter_.refuse(0, std::string(1000, 'r'));
  got();
  EXPECT_THAT(port_.refusals, ElementsAre("1: INFY.NSE 1: " + std::string(239, 'r')));
}

}  // namespace
}  // namespace gw::routing
