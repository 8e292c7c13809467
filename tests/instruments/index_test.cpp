#include "core/instruments/index.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace gw::instruments {
namespace {

InstrumentView row(std::string_view symbol, std::string_view exchange, std::string_view token) {
  InstrumentView view;
  view.symbol = symbol;
  view.exchange = exchange;
  view.token = token;
  return view;
}

TEST(Index, AnEmptyOneFindsNothing) {
  EXPECT_FALSE(Index().find("INFY", "NSE"));
  EXPECT_FALSE(Index::Builder(0).build().find("", ""));
}

TEST(Index, KindsWithHoursOfTheirOwnAreKnown) {
  Index::Builder builder(9);
  const auto add = [&](const char* symbol, const char* exchange, const char* type, const char* name) {
    InstrumentView view = row(symbol, exchange, symbol);
    view.instrument_type = type;
    view.name = name;
    builder.add(view);
  };
  add("INFY", "NSE", "EQ", "INFOSYS");
  add("SILVER", "NSE", "EQ", "A FUND");
  add("INFY26DEC26FUT", "NFO", "FUT", "INFY");
  add("INFY26DEC261500CE", "NFO", "CE", "INFY");
  add("SILVER26DEC26FUT", "MCX", "FUT", "SILVER");
  add("COTTON26DEC26FUT", "MCX", "FUT", "COTTON");
  add("KAPAS26DEC261500CE", "MCX", "CE", "KAPAS");
  add("MCXAGRI", "MCX_INDEX", "EQ", "");
  add("COTTON", "NCDEX", "FUT", "COTTON");
  const Index index = std::move(builder).build();
  const auto kind = [&](const char* symbol, const char* exchange) {
    return index.kind_of(*index.find(symbol, exchange));
  };
  EXPECT_EQ(kind("INFY", "NSE"), InstrumentKind::share_with_derivatives);
  EXPECT_EQ(kind("SILVER", "NSE"), InstrumentKind::other);
  EXPECT_EQ(kind("INFY26DEC26FUT", "NFO"), InstrumentKind::future);
  EXPECT_EQ(kind("INFY26DEC261500CE", "NFO"), InstrumentKind::other);
  EXPECT_EQ(kind("SILVER26DEC26FUT", "MCX"), InstrumentKind::future);
  EXPECT_EQ(kind("COTTON26DEC26FUT", "MCX"), InstrumentKind::agricultural);
  EXPECT_EQ(kind("KAPAS26DEC261500CE", "MCX"), InstrumentKind::agricultural);
  EXPECT_EQ(kind("MCXAGRI", "MCX_INDEX"), InstrumentKind::agricultural);
  EXPECT_EQ(kind("COTTON", "NCDEX"), InstrumentKind::future);
}

TEST(Index, GivesBackEveryFieldOfARow) {
  Index::Builder builder(1);
  builder.add({"NIFTY27OCT26C25000", "NFO", "NIFTY 25000 CE", "NFO_B", "41234", "NIFTY", "CE", "2026-10-27",
               25'000'000'000'000, 50'000'000, 75, "41235"});
  const Index index = std::move(builder).build();
  const auto found = index.find("NIFTY27OCT26C25000", "NFO");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->broker_symbol, "NIFTY 25000 CE");
  EXPECT_EQ(found->broker_exchange, "NFO_B");
  EXPECT_EQ(found->token, "41234");
  EXPECT_EQ(found->name, "NIFTY");
  EXPECT_EQ(found->instrument_type, "CE");
  EXPECT_EQ(found->expiry, "2026-10-27");
  EXPECT_EQ(found->strike, 25'000'000'000'000);
  EXPECT_EQ(found->tick_size, 50'000'000);
  EXPECT_EQ(found->lot_size, 75);
  EXPECT_EQ(found->exchange_number, "41235");
}

TEST(Index, SaysWhichListItIs) {
  EXPECT_EQ(name_of(Index().list()), "built-in list");
  Index::Builder builder(0);
  builder.describe({7, 1'800'000'000'000'000'000, ListTime::last_modified, 20833, "W/\"a-1\""});
  const Index index = std::move(builder).build();
  EXPECT_EQ(index.generation(), 7);
  EXPECT_EQ(index.time_ns(), 1'800'000'000'000'000'000);
  EXPECT_EQ(index.list().time_of, ListTime::last_modified);
  EXPECT_EQ(index.list().etag, "W/\"a-1\"");
  EXPECT_EQ(name_of(index.list()), "list of 2027-01-15T08:00:00.000Z");
  ListInfo fetched = index.list();
  fetched.time_of = ListTime::fetched;
  EXPECT_EQ(name_of(fetched), "list fetched at 2027-01-15T08:00:00.000Z");
}

TEST(Index, AListIsOfTheExchangesDay) {
  ListInfo list{7, 1'800'037'800'000'000'000, ListTime::day, 20834, ""};  // midnight in India
  EXPECT_EQ(name_of(list), "list of 2027-01-16") << "an operator's day is said as it was given";
  list.time_of = ListTime::given;
  EXPECT_EQ(name_of(list), "list of 2027-01-15T18:30:00.000Z, 2027-01-16 at the exchanges");
  list.time_of = ListTime::fetched;
  EXPECT_EQ(name_of(list), "list fetched at 2027-01-15T18:30:00.000Z, 2027-01-16 at the exchanges");
  list.day = 0;
  EXPECT_EQ(name_of(list), "list fetched at 2027-01-15T18:30:00.000Z") << "nobody knows the day";
}

TEST(Index, KnowsWhatASymbolWasThatItLacks) {
  Index::Builder builder(1);
  builder.add(row("TMPV", "NSE", "7"));
  builder.add_former({"TATAMOTORS", "NSE", "", "NSE_B", "7", "", "FUT", "2026-10-27", 5});
  const Index index = std::move(builder).build();
  EXPECT_FALSE(index.find("TATAMOTORS", "NSE"));
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(index.rows().size(), 1U);
  EXPECT_EQ(index.with_token("7", "").size(), 1U) << "nothing former has a token";
  const auto former = index.former("TATAMOTORS", "NSE");
  ASSERT_TRUE(former);
  EXPECT_EQ(former->token, "7");
  EXPECT_EQ(former->broker_exchange, "NSE_B");
  EXPECT_EQ(former->instrument_type, "FUT");
  EXPECT_EQ(former->expiry, "2026-10-27");
  EXPECT_EQ(former->strike, 5);
  EXPECT_FALSE(index.former("TMPV", "NSE"));
  EXPECT_FALSE(index.former("TATAMOTORS", "BSE"));
  EXPECT_FALSE(Index().former("TATAMOTORS", "NSE"));
}

TEST(Index, SymbolsMatchExactlyAndPerExchange) {
  Index::Builder builder(2);
  builder.add(row("INFY", "NSE", "1"));
  builder.add(row("INFY", "BSE", "2"));
  const Index index = std::move(builder).build();
  EXPECT_EQ(index.find("INFY", "NSE")->token, "1");
  EXPECT_EQ(index.find("INFY", "BSE")->token, "2");
  EXPECT_FALSE(index.find("infy", "NSE"));
  EXPECT_FALSE(index.find("INF", "YNSE"));
  EXPECT_FALSE(index.find("INFY", ""));
}

TEST(Index, OfTwoRowsWithOneNameTheFirstStays) {
  Index::Builder builder(2);
  builder.add(row("INFY", "NSE", "first"));
  builder.add(row("INFY", "NSE", "second"));
  const Index index = std::move(builder).build();
  EXPECT_EQ(index.size(), 1U);
  EXPECT_EQ(index.find("INFY", "NSE")->token, "first");
}

TEST(Index, KeepsItsTextsWhenTheSourceIsGoneAndWhenItMoves) {
  Index index;
  {
    Index::Builder builder(1);
    std::string symbol = "A";
    builder.add(row(symbol, "B", "C"));
    symbol = "Z";
    index = std::move(builder).build();
  }
  const Index moved = std::move(index);
  const auto found = moved.find("A", "B");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->token, "C");
}

TEST(Index, FindsEachOfManyRows) {
  constexpr int kRows = 50'000;
  Index::Builder builder(0);
  for (int i = 0; i < kRows; ++i) {
    const std::string symbol = "SYM" + std::to_string(i);
    builder.add(row(symbol, i % 2 == 0 ? "NSE" : "BSE", std::to_string(i)));
  }
  const Index index = std::move(builder).build();
  ASSERT_EQ(index.size(), static_cast<std::size_t>(kRows));
  for (int i = 0; i < kRows; ++i) {
    const std::string symbol = "SYM" + std::to_string(i);
    const auto found = index.find(symbol, i % 2 == 0 ? "NSE" : "BSE");
    ASSERT_TRUE(found) << symbol;
    ASSERT_EQ(found->token, std::to_string(i));
    ASSERT_FALSE(index.find(symbol, i % 2 == 0 ? "BSE" : "NSE"));
  }
}

TEST(Index, ManyThreadsMayReadWhileTheOwnerSwapsInANewOne) {
  const auto make = [](std::string_view token) {
    Index::Builder builder(1);
    builder.add(row("INFY", "NSE", token));
    return std::make_shared<const Index>(std::move(builder).build());
  };
  std::shared_ptr<const Index> shared = make("old");
  const std::shared_ptr<const Index> kept = shared;
  std::thread reader([kept] {
    for (int i = 0; i < 1000; ++i) ASSERT_EQ(kept->find("INFY", "NSE")->token, "old");
  });
  shared = make("new");
  EXPECT_EQ(shared->find("INFY", "NSE")->token, "new");
  reader.join();
}

}  // namespace
}  // namespace gw::instruments
