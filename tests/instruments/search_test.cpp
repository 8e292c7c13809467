#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/instruments/index.hpp"

namespace gw::instruments {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Search : public testing::Test {
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
    add("NIFTY30DEC26FUT", "NFO", "NIFTY");
    add("NIFTYBEES", "NSE", "Nippon ETF");
    add("NIFTY", "NSE_INDEX", "Nifty 50");
    add("JUNIORBEES", "NSE", "Nifty Next 50 ETF");
    add("NIFTYBEES", "BSE", "Nippon ETF");
    add("INFY", "NSE", "Infosys");
    index_ = std::move(builder).build();
  }
  std::vector<std::string> found(std::string_view text, std::string_view exchange = "", std::size_t limit = 50) const {
    std::vector<std::string> names;
    for (const InstrumentView& row : index_.search(text, exchange, limit))
      names.push_back(std::string(row.symbol) + '.' + std::string(row.exchange));
    return names;
  }

  Index index_;
};

TEST_F(Search, ExactFirstThenPrefixThenInsideThenByName) {
  EXPECT_THAT(found("NIFTY"), ElementsAre("NIFTY.NSE_INDEX", "NIFTYBEES.BSE", "NIFTYBEES.NSE", "NIFTY30DEC26FUT.NFO",
                                          "BANKNIFTY.NSE_INDEX", "JUNIORBEES.NSE"));
}

TEST_F(Search, IgnoresCase) {
  EXPECT_THAT(found("infosys"), ElementsAre("INFY.NSE"));
  EXPECT_THAT(found("iNfY"), ElementsAre("INFY.NSE"));
}

TEST_F(Search, StaysWithinAnExchangeWhenOneIsNamed) {
  EXPECT_THAT(found("NIFTY", "BSE"), ElementsAre("NIFTYBEES.BSE"));
  EXPECT_THAT(found("NIFTY", "bse"), IsEmpty());
}

TEST_F(Search, StopsAtTheLimitWithTheBestOnes) {
  EXPECT_THAT(found("NIFTY", "", 2), ElementsAre("NIFTY.NSE_INDEX", "NIFTYBEES.BSE"));
  EXPECT_THAT(found("NIFTY", "", 0), IsEmpty());
}

TEST_F(Search, AnEmptyTextListsShortSymbolsFirst) {
  EXPECT_EQ(found("").size(), 7U);
  EXPECT_THAT(found("", "NSE"), ElementsAre("INFY.NSE", "NIFTYBEES.NSE", "JUNIORBEES.NSE"));
}

TEST_F(Search, WithoutAMatchThereIsNothing) { EXPECT_THAT(found("RELIANCE"), IsEmpty()); }

}  // namespace
}  // namespace gw::instruments
