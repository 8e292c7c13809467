#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/instruments/search.hpp"

namespace gw::instruments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class SearchTest : public testing::Test {
 protected:
  void SetUp() override {
    Index::Builder builder(8);
    const auto add = [&builder](std::string_view symbol, std::string_view exchange, std::string_view name) {
      InstrumentView view;
      view.symbol = symbol;
      view.exchange = exchange;
      view.name = name;
      builder.add(view);
    };
    add("BANKNIFTY", "NSE_INDEX", "Nifty Bank");
    add("NIFTYBEES", "NSE", "Nippon ETF");
    add("NIFTY", "NSE_INDEX", "Nifty 50");
    add("JUNIORBEES", "NSE", "Nifty Next 50 ETF");
    add("NIFTYBEES", "BSE", "Nippon ETF");
    add("INFY", "NSE", "Infosys");
    InstrumentView future;
    future.symbol = "NIFTY30DEC26FUT";
    future.exchange = "NFO";
    future.name = "NIFTY";
    future.instrument_type = "FUT";
    future.expiry = "2026-12-30";
    builder.add(future);
    index_ = std::make_shared<const Index>(std::move(builder).build());
  }
  std::vector<std::string> found(std::string_view text, std::string_view exchange = "", std::size_t limit = 50,
                                 const Expiries& expiries = {}) const {
    std::vector<std::string> names;
    Search search(index_, text, exchange, limit, expiries);
    while (!search.look_at(2)) {
    }
    for (const InstrumentView& row : search.found())
      names.push_back(std::string(row.symbol) + '.' + std::string(row.exchange));
    return names;
  }

  std::shared_ptr<const Index> index_;
};

TEST_F(SearchTest, ExactFirstThenPrefixThenInsideThenByName) {
  EXPECT_THAT(found("NIFTY"), ElementsAre("NIFTY.NSE_INDEX", "NIFTYBEES.NSE", "NIFTYBEES.BSE", "NIFTY30DEC26FUT.NFO",
                                          "BANKNIFTY.NSE_INDEX", "JUNIORBEES.NSE"));
}

TEST_F(SearchTest, TheBrokersOwnSpellingIsAnAlias) {
  Index::Builder builder(2);
  InstrumentView share;
  share.symbol = "20MICRONS";
  share.broker_symbol = "20MICRONS-BE";
  share.exchange = "NSE";
  builder.add(share);
  share.symbol = share.broker_symbol = "20MICRONS-BEX";
  builder.add(share);
  index_ = std::make_shared<const Index>(std::move(builder).build());
  EXPECT_THAT(found("20microns-be"), ElementsAre("20MICRONS.NSE", "20MICRONS-BEX.NSE"));
}

TEST_F(SearchTest, WhatHasExpiredComesLast) {
  Index::Builder builder(4);
  InstrumentView contract;
  contract.exchange = "NFO";
  for (const auto& [symbol, expiry] :
       {std::pair{"A24NOV26FUT", "2026-11-24"}, {"A29DEC26FUT", "2026-12-29"}, {"A", ""}, {"XA", "2026-11-25"}}) {
    contract.symbol = symbol;
    contract.expiry = expiry;
    builder.add(contract);
  }
  index_ = std::make_shared<const Index>(std::move(builder).build());
  const auto at = [](std::int64_t day) { return Expiries({}, day * 86'400'000'000'000); };
  constexpr std::int64_t k24Nov = 20781;
  EXPECT_THAT(found("A", "", 50, at(k24Nov)), ElementsAre("A.NFO", "A24NOV26FUT.NFO", "A29DEC26FUT.NFO", "XA.NFO"));
  EXPECT_THAT(found("A", "", 50, at(k24Nov + 2)), ElementsAre("A.NFO", "A29DEC26FUT.NFO", "A24NOV26FUT.NFO", "XA.NFO"));
}

TEST_F(SearchTest, IgnoresCase) {
  EXPECT_THAT(found("infosys"), ElementsAre("INFY.NSE"));
  EXPECT_THAT(found("iNfY"), ElementsAre("INFY.NSE"));
}

TEST_F(SearchTest, StaysWithinAnExchangeWhenOneIsNamed) {
  EXPECT_THAT(found("NIFTY", "BSE"), ElementsAre("NIFTYBEES.BSE"));
  EXPECT_THAT(found("NIFTY", "bse"), IsEmpty());
}

TEST_F(SearchTest, StopsAtTheLimitWithTheBestOnes) {
  EXPECT_THAT(found("NIFTY", "", 2), ElementsAre("NIFTY.NSE_INDEX", "NIFTYBEES.NSE"));
  EXPECT_THAT(found("NIFTY", "", 0), IsEmpty());
}

TEST_F(SearchTest, AnEmptyTextListsShortSymbolsFirst) {
  EXPECT_EQ(found("").size(), 7U);
  EXPECT_THAT(found("", "NSE"), ElementsAre("INFY.NSE", "NIFTYBEES.NSE", "JUNIORBEES.NSE"));
}

TEST_F(SearchTest, KeepsTheBestOfManyWhateverTheirOrder) {
  constexpr int kRows = 1000;
  Index::Builder builder(kRows);
  std::vector<std::string> symbols;
  for (int i = 0; i < kRows; ++i) symbols.push_back("S" + std::to_string((i * 37) % kRows));
  for (const std::string& symbol : symbols) {
    InstrumentView view;
    view.symbol = symbol;
    view.exchange = "NSE";
    builder.add(view);
  }
  index_ = std::make_shared<const Index>(std::move(builder).build());
  EXPECT_THAT(found("s", "", 3), ElementsAre("S0.NSE", "S1.NSE", "S2.NSE"));
  EXPECT_THAT(found("", "", 12).back(), "S11.NSE");
}

TEST_F(SearchTest, WithoutAMatchThereIsNothing) { EXPECT_THAT(found("RELIANCE"), IsEmpty()); }

}  // namespace
}  // namespace gw::instruments
