#include "core/instruments/expiries.hpp"

#include <gtest/gtest.h>

#include "core/base/dates.hpp"

namespace gw::instruments {
namespace {

TEST(Expiries, AContractLivesUntilTheEndOfItsDayByItsExchangesClock) {
  calendar::Calendar calendar;
  calendar.exchanges.push_back({"NSE", {}, {}, {}, {}, {}});
  calendar.exchanges.push_back({"CME", {-6 * 60, std::nullopt}, {}, {}, {}, {}});
  const auto at = [&](const char* utc) { return Expiries(calendar, *parse_iso_time(utc, 0)); };
  EXPECT_FALSE(at("2026-11-24T18:29:59").is_over("NSE", "2026-11-24"));
  EXPECT_TRUE(at("2026-11-24T18:30:00").is_over("NSE", "2026-11-24"));
  EXPECT_TRUE(at("2026-11-24T18:30:00").is_over("NFO", "2026-11-24")) << "an exchange without a clock of its own";
  EXPECT_FALSE(at("2026-11-25T05:59:59").is_over("CME", "2026-11-24"));
  EXPECT_TRUE(at("2026-11-25T06:00:00").is_over("CME", "2026-11-24"));
  EXPECT_FALSE(at("2026-11-25T06:00:00").is_over("NSE", ""));
  EXPECT_EQ(at("2026-11-24T18:30:00").today("NSE"), "2026-11-25");
  EXPECT_FALSE(Expiries().is_over("NSE", "1999-01-01"));
}

}  // namespace
}  // namespace gw::instruments
