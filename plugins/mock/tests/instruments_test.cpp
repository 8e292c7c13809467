#include "mock_instruments.hpp"

#include <map>
#include <set>

#include <gtest/gtest.h>

namespace mock {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days kDay = 2026y / 11 / 24;

TEST(Instruments, HaveWhatEverybodyLooksFor) {
  std::set<std::string> all;
  std::map<std::string, int> shares, derivatives;
  for (const MockInstrument& i : instruments(kDay)) {
    EXPECT_TRUE(all.insert(i.symbol + '.' + i.exchange).second) << i.symbol;
    if (i.type == "EQ") ++shares[i.exchange];
    if (!i.expiry.empty()) ++derivatives[i.exchange];
  }
  for (const char* name :
       {"RELIANCE.NSE", "INFY.NSE", "TCS.NSE", "SBIN.NSE", "HDFCBANK.NSE", "RELIANCE.BSE", "INFY.BSE", "TCS.BSE",
        "SBIN.BSE", "HDFCBANK.BSE", "NIFTY.NSE_INDEX", "BANKNIFTY.NSE_INDEX", "SENSEX.BSE_INDEX"})
    EXPECT_EQ(all.count(name), 1U) << name;
  EXPECT_GE(shares["NSE"], 205);
  EXPECT_GE(shares["BSE"], 205);
  EXPECT_GT(derivatives["NFO"], 0);
  EXPECT_GT(derivatives["MCX"], 0);
}

std::set<std::string> expiries(std::chrono::sys_days day) {
  std::set<std::string> all;
  for (const MockInstrument& i : instruments(day))
    if (!i.expiry.empty()) all.insert(i.expiry);
  return all;
}

TEST(Instruments, ContractsRollWithTheCalendar) {
  const std::set<std::string> before = {"2026-11-24", "2026-12-29", "2027-01-26"};
  const std::set<std::string> after = {"2026-12-29", "2027-01-26", "2027-02-23"};
  EXPECT_EQ(expiries(kDay), before) << "on its last day a contract is there";
  EXPECT_EQ(expiries(kDay + std::chrono::days(1)), after);
}

TEST(Instruments, ATokenStandsForOneInstrumentOnWhateverDay) {
  std::map<std::uint64_t, std::string> names;
  for (auto day = kDay; day < kDay + std::chrono::days(400); day += std::chrono::days(20))
    for (const MockInstrument& i : instruments(day)) {
      EXPECT_EQ(names.try_emplace(i.token, i.symbol + '.' + i.exchange).first->second, i.symbol + '.' + i.exchange);
      const auto found = find_instrument(i.token);
      ASSERT_TRUE(found) << i.token;
      EXPECT_EQ(found->symbol, i.symbol);
    }
  for (const std::uint64_t none :
       {std::uint64_t{0}, std::uint64_t{999}, std::uint64_t{2026 * 12 * 1000}, ~std::uint64_t{0}})
    EXPECT_FALSE(find_instrument(none)) << none;
}

TEST(Instruments, HavePricesOnTheirTick) {
  for (const MockInstrument& i : instruments(kDay)) {
    EXPECT_GT(i.tick_size, 0) << i.symbol;
    EXPECT_GT(i.base_price, i.tick_size) << i.symbol;
    EXPECT_GT(i.lot_size, 0) << i.symbol;
  }
}

TEST(Instruments, AreHandedOverWithTheirTokens) {
  struct Seen {
    std::vector<std::string> tokens;
  } seen;
  const bgw_instrument_sink sink{
      sizeof sink, 0, &seen,
      [](void* context, const bgw_instrument* row) { static_cast<Seen*>(context)->tokens.emplace_back(row->token); },
      [](void*, std::uint64_t, const char* reason) { FAIL() << reason; }};
  bgw_error error{};
  ASSERT_EQ(instruments_extension()->builtin(&sink, &error), BGW_OK);
  ASSERT_EQ(seen.tokens.size(), instruments(today()).size());
  EXPECT_EQ(seen.tokens.front(), "1");
  EXPECT_EQ(seen.tokens.back(), std::to_string(instruments(today()).back().token));
}

}  // namespace
}  // namespace mock
