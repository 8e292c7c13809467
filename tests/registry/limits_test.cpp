// What a plugin may declare of its broker's limits, and what is said of what it may not.
#include "core/registry/limits.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace gw::registry {
namespace {

class LimitsDeclared : public testing::Test {
 protected:
  LimitsDeclared() {
    limits_.size = sizeof limits_;
    limits_.class_count = 1;
    limits_.classes = &class_;
    std::strcpy(class_.name, "feed");
    class_.modes = 7;
  }
  std::string problem() const { return Limits::problem_of(&limits_); }

  bgw_connection_class class_{};
  bgw_limits limits_{};
};

TEST_F(LimitsDeclared, WhatIsRightHasNoProblem) {
  EXPECT_EQ(problem(), "");
  limits_.class_count = 0;
  limits_.classes = nullptr;
  EXPECT_EQ(problem(), "");
}

TEST_F(LimitsDeclared, NothingAndTooLittleAreWrong) {
  EXPECT_EQ(Limits::problem_of(nullptr), "found nothing, expected limits");
  limits_.size = 63;
  EXPECT_EQ(problem(), "size: found 63, expected at least 64");
}

TEST_F(LimitsDeclared, NegativeTimesAreWrong) {
  limits_.batch_interval_ns = -1;
  EXPECT_EQ(problem(), "batch_interval_ns: found -1, expected 0 or more");
  limits_.batch_interval_ns = 0;
  limits_.heartbeat_period_ns = INT64_MIN;
  EXPECT_EQ(problem(), "heartbeat_period_ns: found -9223372036854775808, expected 0 or more");
  limits_.heartbeat_period_ns = 0;
  limits_.time_resolution_ns = -5;
  EXPECT_EQ(problem(), "time_resolution_ns: found -5, expected 0 or more");
}

TEST_F(LimitsDeclared, ListsThatAreTooLongOrMissingAreWrong) {
  limits_.class_count = 9;
  EXPECT_EQ(problem(), "class_count: found 9, expected at most 8");
  limits_.class_count = 2;
  limits_.classes = nullptr;
  EXPECT_EQ(problem(), "classes: found nothing, expected 2");
  limits_.class_count = 0;
  limits_.depth_limit_count = 65;
  EXPECT_EQ(problem(), "depth_limit_count: found 65, expected at most 64");
  limits_.depth_limit_count = 1;
  EXPECT_EQ(problem(), "depth_limits: found nothing, expected 1");
}

TEST_F(LimitsDeclared, AClassNeedsANameModesAndNoMoreLevelsThanItHoldsPlaceFor) {
  class_.modes = 0;
  EXPECT_EQ(problem(), "connection class 1: modes: found 0, expected bits of 1, 2 and 4");
  class_.modes = 8;
  EXPECT_EQ(problem(), "connection class 1: modes: found 8, expected bits of 1, 2 and 4");
  class_.modes = 4;
  class_.depth_count = 9;
  EXPECT_EQ(problem(), "connection class 1: depth levels: found 9, expected at most 8");
  class_.depth_count = 0;
  std::memset(class_.name, 'x', sizeof class_.name);  // no NUL
  EXPECT_EQ(problem(), "connection class 1: found no name, expected 1 to 15 letters");
  class_.name[0] = '\0';
  EXPECT_EQ(problem(), "connection class 1: found no name, expected 1 to 15 letters");
}

TEST_F(LimitsDeclared, AClassServesTheExchangesThatItNames) {
  class_.exchanges = "NSE A_NAME_OF_16_BYT";
  EXPECT_EQ(problem(),
            "connection class 1: exchanges: found A_NAME_OF_16_BYT, expected names of at most 15 bytes, a space "
            "between two");
  class_.exchanges = "NSE NFO";
  class_.modes = 7;
  ASSERT_EQ(problem(), "");
  const Limits limits(limits_);
  EXPECT_EQ(limits.classes_of("NFO", 2, 0), 1U);
  EXPECT_EQ(limits.classes_of("NF", 2, 0), 0U);
  class_.exchanges = nullptr;
  EXPECT_EQ(Limits(limits_).classes_of("NF", 2, 0), 1U) << "without names it serves all";
}

TEST_F(LimitsDeclared, ConnectionsAreThoseOfTheWidestClassAndNoMoreThanTheAccountHas) {
  class_.connections = 5;
  EXPECT_EQ(Limits(limits_).connections, 5U);
  limits_.connections_per_account = 3;
  EXPECT_EQ(Limits(limits_).connections, 3U);
  limits_.connections_per_account = 0;
  class_.connections = 0;
  EXPECT_EQ(Limits(limits_).connections, kMaxConnections) << "no bound is known";
}

TEST_F(LimitsDeclared, TheTextNamesConnectionsInstrumentsAndClass) {
  class_.connections = 5;
  class_.instruments = 50;
  EXPECT_EQ(Limits::text(Limits(limits_).classes[0]), "5 connections of 50 instruments each for feed");
  class_.instruments = 0;
  EXPECT_EQ(Limits::text(Limits(limits_).classes[0]), "5 connections of any number of instruments each for feed");
}

}  // namespace
}  // namespace gw::registry
