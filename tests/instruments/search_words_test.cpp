// What people type, and what they find first.
#include <filesystem>
#include <fstream>
#include <ostream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/instruments/search.hpp"
#include "core/instruments/suggestions.hpp"
#include "tests/instruments/made_list.hpp"

namespace gw::instruments {
namespace words_test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

const MadeList& list() {
  static const MadeList list;
  return list;
}

Expiries today() { return {{}, MadeList::kToday * 86'400'000'000'000}; }

std::string name_of(const InstrumentView& row) { return std::string(row.symbol) + '.' + std::string(row.exchange); }

std::vector<std::string> found(std::string_view text, std::size_t limit = 50, std::string_view exchange = "") {
  Search search(list().index(), text, exchange, limit, today());
  while (!search.look_at(7)) {
  }
  std::vector<std::string> names;
  for (const InstrumentView& row : search.found()) names.push_back(name_of(row));
  return names;
}

struct Typed {
  const char* text;
  const char* first;
};
std::ostream& operator<<(std::ostream& out, const Typed& typed) { return out << '"' << typed.text << '"'; }

class SearchByWords : public testing::TestWithParam<Typed> {};

TEST_P(SearchByWords, FindsFirstWhatIsMeant) {
  const auto names = found(GetParam().text);
  ASSERT_FALSE(names.empty());
  EXPECT_EQ(names.front(), GetParam().first);
}

INSTANTIATE_TEST_SUITE_P(
    Symbols, SearchByWords,
    testing::Values(Typed{"nifty", "NIFTY.NSE_INDEX"}, Typed{"banknifty", "BANKNIFTY.NSE_INDEX"},
                    Typed{"bank nifty", "BANKNIFTY.NSE_INDEX"}, Typed{"nifty bank", "BANKNIFTY.NSE_INDEX"},
                    Typed{"Fin Nifty", "FINNIFTY.NSE_INDEX"}, Typed{"reliance", "RELIANCE.NSE"},
                    Typed{"reliance industries", "RELIANCE.NSE"}, Typed{"industries reliance", "RELIANCE.NSE"},
                    Typed{"relianceindustries", "RELIANCE.NSE"}, Typed{"reliance ind", "RELIANCE.NSE"},
                    Typed{"nifty 50", "NIFTY.NSE_INDEX"}, Typed{"nifty50", "NIFTY.NSE_INDEX"},
                    Typed{"nifty next 50", "NIFTYNXT50.NSE_INDEX"}, Typed{"india vix", "INDIAVIX.NSE_INDEX"},
                    Typed{"sbi", "SBIN.NSE"}, Typed{"state bank", "SBIN.NSE"}, Typed{"infosys", "INFY.NSE"},
                    Typed{"tata motors", "TATAMOTORS.NSE"}, Typed{"hdfc bank", "HDFCBANK.NSE"}, Typed{"m&m", "M&M.NSE"},
                    Typed{"mahindra", "M&M.NSE"}, Typed{"bajaj auto", "BAJAJ-AUTO.NSE"},
                    Typed{"bajaj-auto", "BAJAJ-AUTO.NSE"}, Typed{"20 microns", "20MICRONS.NSE"},
                    Typed{"mar", "MARUTI.NSE"}, Typed{"dec", "DECCANCE.NSE"}, Typed{"  nifty  ", "NIFTY.NSE_INDEX"}));

INSTANTIATE_TEST_SUITE_P(
    ExchangesAndSorts, SearchByWords,
    testing::Values(Typed{"RELIANCE.NSE", "RELIANCE.NSE"}, Typed{"reliance.bse", "RELIANCE.BSE"},
                    Typed{"NSE:RELIANCE", "RELIANCE.NSE"}, Typed{"bse:reliance", "RELIANCE.BSE"},
                    Typed{"reliance bse", "RELIANCE.BSE"}, Typed{"bse reliance", "RELIANCE.BSE"},
                    Typed{"nifty nse", "NIFTY.NSE_INDEX"}, Typed{"nifty nse_index", "NIFTY.NSE_INDEX"},
                    Typed{"nifty index", "NIFTY.NSE_INDEX"}, Typed{"reliance eq", "RELIANCE.NSE"},
                    Typed{"reliance share", "RELIANCE.NSE"}, Typed{"usdinr", "USDINR29DEC26FUT.CDS"},
                    Typed{"usdinr bcd", "USDINR29DEC26FUT.BCD"}, Typed{"crude oil", "CRUDEOIL18DEC26FUT.MCX"},
                    Typed{"gold mcx", "GOLD05FEB27FUT.MCX"}));

INSTANTIATE_TEST_SUITE_P(
    Contracts, SearchByWords,
    testing::Values(
        Typed{"nifty fut", "NIFTY29DEC26FUT.NFO"}, Typed{"fut nifty", "NIFTY29DEC26FUT.NFO"},
        Typed{"niftyfut", "NIFTY29DEC26FUT.NFO"}, Typed{"nifty futures", "NIFTY29DEC26FUT.NFO"},
        Typed{"nifty jan fut", "NIFTY26JAN27FUT.NFO"}, Typed{"reliance fut", "RELIANCE29DEC26FUT.NFO"},
        Typed{"bank nifty fut", "BANKNIFTY29DEC26FUT.NFO"}, Typed{"nfo reliance", "RELIANCE29DEC26FUT.NFO"},
        Typed{"maruti mar fut", "MARUTI26MAR27FUT.NFO"}, Typed{"nifty nov fut", "NIFTY24NOV26FUT.NFO"},
        Typed{"banknifty 48000 ce", "BANKNIFTY08DEC2648000CE.NFO"},
        Typed{"bank nifty 48000 ce", "BANKNIFTY08DEC2648000CE.NFO"},
        Typed{"banknifty 48,000 call", "BANKNIFTY08DEC2648000CE.NFO"},
        Typed{"48000 pe banknifty", "BANKNIFTY08DEC2648000PE.NFO"},
        Typed{"banknifty 48000ce", "BANKNIFTY08DEC2648000CE.NFO"},
        Typed{"banknifty48000put", "BANKNIFTY08DEC2648000PE.NFO"},
        Typed{"banknifty 48000", "BANKNIFTY08DEC2648000CE.NFO"},
        Typed{"banknifty 4810 ce", "BANKNIFTY08DEC2648100CE.NFO"}, Typed{"nifty 26000 ce", "NIFTY08DEC2626000CE.NFO"},
        Typed{"nifty ce", "NIFTY08DEC2625800CE.NFO"}, Typed{"reliance ce", "RELIANCE08DEC261200CE.NFO"},
        Typed{"reliance 1400 pe", "RELIANCE08DEC261400PE.NFO"},
        Typed{"nifty 29dec 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"nifty 29 dec 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"nifty dec 29 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"nifty 29-dec-2026 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"nifty 2026-12-29 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"nifty 29/12/26 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"nifty jan 2027 26000 ce", "NIFTY26JAN2726000CE.NFO"},
        Typed{"nifty january 26000 ce", "NIFTY26JAN2726000CE.NFO"},
        Typed{"nifty weekly 26000 ce", "NIFTY08DEC2626000CE.NFO"},
        Typed{"nifty monthly 26000 ce", "NIFTY29DEC2626000CE.NFO"},
        Typed{"NIFTY29DEC2626000CE", "NIFTY29DEC2626000CE.NFO"}, Typed{"nifty29dec26fut", "NIFTY29DEC26FUT.NFO"},
        Typed{"nifty29dec26000ce", "NIFTY29DEC2626000CE.NFO"}, Typed{"NIFTY29DEC262600", "NIFTY29DEC2626000CE.NFO"},
        Typed{"usdinr 82.25 ce", "USDINR29DEC2682.25CE.CDS"}, Typed{"usdinr82.25ce", "USDINR29DEC2682.25CE.CDS"}));

TEST(SearchOrder, CashComesBeforeContractsAndNearExpiriesFirst) {
  EXPECT_THAT(found("reliance", 6),
              ElementsAre("RELIANCE.NSE", "RELIANCE.BSE", "RELIANCE29DEC26FUT.NFO", "RELIANCE26JAN27FUT.NFO",
                          "RELIANCE08DEC261200CE.NFO", "RELIANCE08DEC261200PE.NFO"));
  EXPECT_THAT(found("nifty 26000 ce"),
              ElementsAre("NIFTY08DEC2626000CE.NFO", "NIFTY15DEC2626000CE.NFO", "NIFTY29DEC2626000CE.NFO",
                          "NIFTY26JAN2726000CE.NFO", "NIFTY24NOV2626000CE.NFO"));
}

TEST(SearchOrder, TheSearchedExchangeIsTheOnlyOne) {
  EXPECT_THAT(found("reliance", 2, "BSE"), ElementsAre("RELIANCE.BSE", "RIIL.BSE"));
  EXPECT_THAT(found("RELIANCE.NSE", 2, "BSE"), IsEmpty());
}

TEST(SearchOrder, SymbolAndExchangeFindThatOneOnly) {
  EXPECT_THAT(found("RELIANCE.NSE"), ElementsAre("RELIANCE.NSE"));
  EXPECT_THAT(found("NIFTY.NFO"), IsEmpty());
}

TEST(SearchOrder, WhatNoOneMeansFindsNothing) {
  for (const char* text : {"no such thing", "%%%", "...", "reliance nonsense", "nifty 99999 ce", ":"})
    EXPECT_THAT(found(text), IsEmpty()) << text;
  EXPECT_THAT(found(std::string(1'000'000, 'a')), IsEmpty());
  std::string words;
  for (int i = 0; i < 17; ++i) words += "a ";
  EXPECT_THAT(found(words), IsEmpty());
}

TEST(SearchOrder, DoesNotDependOnTheSizeOfThePieces) {
  for (const char* text : {"nifty", "ce", "banknifty48000ce", "NIFTY29DEC262600"}) {
    Search at_once(list().index(), text, "", 50, today());
    EXPECT_TRUE(at_once.look_at(1'000'000));
    std::vector<std::string> names;
    for (const InstrumentView& row : at_once.found()) names.push_back(name_of(row));
    EXPECT_EQ(names, found(text)) << text;
  }
}

// ---- suggestions

std::vector<std::string> meant(std::string_view text) { return suggestions_for(*list().index(), text, today()); }
std::vector<std::string> meant(std::string_view symbol, std::string_view exchange) {
  return suggestions_for(*list().index(), symbol, exchange, today());
}

TEST(Suggestions, OneEditIsASuggestionAndNoResult) {
  for (const char* text : {"relaince", "relianc", "relliance", "reliamce"}) {
    if (std::string_view(text) != "relianc") {
      EXPECT_THAT(found(text), IsEmpty()) << text;
    }
    EXPECT_THAT(meant(text), ElementsAre("RELIANCE.NSE", "RELIANCE.BSE")) << text;
  }
  EXPECT_THAT(meant("infosis"), ElementsAre("INFY.NSE", "INFY.BSE"));
  EXPECT_THAT(meant("relaince fut"), ElementsAre("RELIANCE.NSE", "RELIANCE.BSE"));
  EXPECT_THAT(meant("zzzz"), IsEmpty());
  EXPECT_THAT(meant("relxxnce"), IsEmpty());
}

TEST(Suggestions, OfASymbolStayAtItsExchangeWhereTheyCan) {
  EXPECT_THAT(meant("RELIANC", "BSE"), ElementsAre("RELIANCE.BSE", "RELIANCE.NSE"));
  EXPECT_THAT(meant("reliance", "NSE"), ElementsAre("RELIANCE.NSE", "RELIANCE.BSE"));
  EXPECT_THAT(meant("NIFTY", "NSE"), ElementsAre("NIFTY.NSE_INDEX"));
  EXPECT_THAT(meant("BANK NIFTY", "NSE_INDEX"), ElementsAre("BANKNIFTY.NSE_INDEX"));
  EXPECT_THAT(meant("BAJAJAUTO", "NSE"), ElementsAre("BAJAJ-AUTO.NSE", "BAJAJ-AUTO.BSE"));
  EXPECT_THAT(meant("NOPE", "NSE"), IsEmpty());
}

TEST(Suggestions, OfAContractAreNearIt) {
  EXPECT_THAT(meant("NIFTY28DEC2626000CE", "NFO"),
              ElementsAre("NIFTY08DEC2626000CE.NFO", "NIFTY15DEC2626000CE.NFO", "NIFTY29DEC2626000CE.NFO"));
  EXPECT_THAT(meant("BANKNIFTY29DEC2648020PE", "NFO"),
              ElementsAre("BANKNIFTY29DEC2648000PE.NFO", "BANKNIFTY29DEC2648100PE.NFO", "BANKNIFTY29DEC2647900PE.NFO"));
  EXPECT_THAT(meant("NIFTY24NOV26FUT", "NSE"), ElementsAre("NIFTY29DEC26FUT.NFO", "NIFTY26JAN27FUT.NFO"));
}

TEST(WordIndexTest, MarksTheWeeklyExpiries) {
  const auto names = found("nifty weekly ce", 1000);
  EXPECT_THAT(names, testing::Contains("NIFTY08DEC2626000CE.NFO"));
  EXPECT_THAT(names, testing::Not(testing::Contains("NIFTY29DEC2626000CE.NFO")));
  EXPECT_GT(list().index()->words().bytes(), 0U);
}

}  // namespace
}  // namespace words_test
}  // namespace gw::instruments
