#include "core/instruments/comparison.hpp"

#include <gmock/gmock.h>

namespace gw::instruments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

InstrumentView listed(std::string_view symbol, std::string_view exchange, std::string_view expiry = "",
                      std::string_view number = "") {
  InstrumentView view;
  view.symbol = view.broker_symbol = symbol;
  view.exchange = view.broker_exchange = exchange;
  view.expiry = expiry;
  view.exchange_number = number;
  return view;
}

Index index_of(const std::vector<InstrumentView>& rows, std::int64_t day = 1) {
  Index::Builder builder(rows.size());
  for (const InstrumentView& view : rows) builder.add(view);
  ListInfo list;
  list.day = day;
  builder.describe(list);
  return std::move(builder).build();
}

const Expiries kToday(calendar::Calendar{}, 20'786 * 86'400'000'000'000);  // 2026-11-29

TEST(CompleteList, MayLackATenthOfEachExchange) {
  std::vector<std::string> names;
  for (int i = 0; i < 20; ++i) names.push_back("S" + std::to_string(i));
  std::vector<InstrumentView> known;
  for (const std::string& name : names) known.push_back(listed(name, "NSE"));
  known.push_back(listed("X", "BSE"));
  const Index before = index_of(known);
  std::vector<InstrumentView> rows(known.begin() + 2, known.end());
  EXPECT_TRUE(check_complete(before, rows, kToday));
  rows.erase(rows.begin());
  const auto lacking = check_complete(before, rows, kToday);
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().message,
            "lacks 3 of 20 instruments of NSE that are known and have not expired, expected at most a tenth");
}

TEST(CompleteList, MayNotLackAnExchange) {
  const Index before = index_of({listed("A", "NSE"), listed("B", "NFO", "2026-12-29")});
  const auto lacking = check_complete(before, {listed("A", "NSE"), listed("C", "NSE")}, kToday);
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().message, "lacks all of NFO");
  const Index more = index_of({listed("A", "NSE"), listed("B", "NFO", "2026-12-29"), listed("D", "BSE")});
  EXPECT_EQ(check_complete(more, {listed("C", "NSE")}, kToday).error().message,
            "lacks all of BSE, all of NFO, 1 of 1 instruments of NSE that are known and have not expired, expected at "
            "most a tenth");
}

TEST(CompleteList, MayNotLackAnExchangeOfWhichAllThatIsKnownHasExpired) {
  const Index before = index_of({listed("A", "NSE"), listed("B", "NFO", "2026-11-24")});
  const auto lacking = check_complete(before, {listed("A", "NSE")}, kToday);
  ASSERT_FALSE(lacking);
  EXPECT_EQ(lacking.error().message, "lacks all of NFO");
  EXPECT_TRUE(check_complete(before, {listed("A", "NSE"), listed("C", "NFO", "2026-11-24")}, kToday));
}

TEST(CompleteList, MayLackWhatHasExpiredOrIsNamedAnew) {
  const Index before =
      index_of({listed("A", "NSE"), listed("B", "NFO", "2026-11-24"), listed("C", "NFO", "2026-12-29")});
  EXPECT_TRUE(check_complete(before, {listed("A", "NSE"), listed("C", "NFO", "2026-12-29")}, kToday));
  InstrumentView symbol = listed("A", "NSE");
  symbol.symbol = "A-BE";
  InstrumentView exchange = listed("C", "NFO", "2026-12-29");
  exchange.exchange = "NSE_FO";
  EXPECT_TRUE(check_complete(before, {symbol, exchange}, kToday));
  EXPECT_TRUE(check_complete(Index(), {listed("A", "NSE")}, kToday));
}

TEST(SameInstrument, IsNoneWhenTheExchangesNumbersOfOneDayDiffer) {
  const Index here = index_of(
      {listed("A", "NSE", "", "1"), listed("B", "NSE", "", "2"), listed("C", "NSE"), listed("D", "NSE", "", "4")});
  const Index there = index_of({listed("A", "NSE", "", "1"), listed("B", "NSE", "", "3"), listed("C", "NSE", "", "9")});
  EXPECT_TRUE(same_instrument(here, there, "A", "NSE"));
  EXPECT_FALSE(same_instrument(here, there, "B", "NSE"));
  EXPECT_TRUE(same_instrument(here, there, "C", "NSE")) << "one of them does not say";
  EXPECT_TRUE(same_instrument(here, there, "D", "NSE")) << "one of them does not list it";
  EXPECT_THAT(different_instruments(here, there, "angel"), ElementsAre("B.NSE: exchange's number 2 here, 3 at angel"));
  EXPECT_TRUE(same_instrument(index_of({listed("E-BE", "NSE", "", "5")}), index_of({listed("E-BE", "NSE", "", "6")}),
                              "E-BE", "NSE"))
      << "both say which series of which share it is";
  EXPECT_TRUE(same_instrument(index_of({listed("B", "NSE", "", "2")}, 0), index_of({listed("B", "NSE", "", "3")}, 0),
                              "B", "NSE"))
      << "no day is known";
  const Index of_next_day = index_of({listed("B", "NSE", "", "3")}, 2);
  EXPECT_TRUE(same_instrument(here, of_next_day, "B", "NSE")) << "numbers are given out again";
  EXPECT_THAT(different_instruments(here, of_next_day, "angel"), IsEmpty());
}

}  // namespace
}  // namespace gw::instruments
