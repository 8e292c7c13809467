// Brokers' lists as reports had them, read by their plugins and the import: what is kept, under which names, and what
// is named as wrong.
#include <filesystem>
#include <fstream>
#include <set>

#include <gmock/gmock.h>

#include "core/instruments/comparison.hpp"
#include "core/instruments/import.hpp"
#include "plugins/angel/angel_instruments.hpp"
#include "plugins/zerodha/zerodha_instruments.hpp"

namespace gw::instruments {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class BrokersLists : public testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(folder_)) GTEST_SKIP() << "no cases in " << folder_;
  }
  Import read(const bgw_instruments& extension, const std::string& file) const {
    Import import;
    const auto done = import.read_file(extension, (folder_ / file).string(), {});
    EXPECT_TRUE(done) << done.error().message;
    return import;
  }
  Import kite(const std::string& file) const { return read(*zerodha::instruments_extension(), file); }
  Import smart_api(const std::string& file) const { return read(*angel::instruments_extension(), file); }

  const fs::path folder_ = fs::path(GW_SOURCE_DIR).parent_path() / "shared" / "cases" / "broker";
};

std::vector<std::string> names(const Import& import) {
  std::vector<std::string> all;
  for (const InstrumentView& row : import.rows())
    all.push_back(std::string(row.symbol) + '.' + std::string(row.exchange));
  return all;
}

std::vector<std::string> skips(const Import& import) {
  std::vector<std::string> all;
  for (const auto& skip : import.report().first_skips) all.push_back(std::to_string(skip.place) + ": " + skip.reason);
  return all;
}

Index of_day(const Import& import, std::int64_t day) {
  Index::Builder builder(import.rows().size());
  for (const InstrumentView& row : import.rows()) builder.add(row);
  ListInfo list;
  list.day = day;
  builder.describe(list);
  return std::move(builder).build();
}

TEST_F(BrokersLists, OneInstrumentHasOneSymbolInAnySeries) {
  const Import here = kite("12_series_kite.csv");
  const Import there = smart_api("12_series_angel.json");
  EXPECT_THAT(names(here), UnorderedElementsAre("20MICRONS.NSE", "782GJ32-SG.NSE", "INFY.NSE"));
  EXPECT_THAT(names(there), UnorderedElementsAre("20MICRONS.NSE", "782GJ32-SG.NSE", "INFY.NSE"));
  EXPECT_EQ(here.index().find("20MICRONS", "NSE")->broker_symbol, "20MICRONS-BE");
  EXPECT_THAT(different_instruments(of_day(here, 1), of_day(there, 1), "angel"), IsEmpty());
}

TEST_F(BrokersLists, AByteOrderMarkIsPassedOver) { EXPECT_THAT(names(kite("14_bom.csv")), ElementsAre("INFY.NSE")); }

TEST_F(BrokersLists, OneTokenOfTwoSymbolsIsNamed) {
  const Import import = kite("03_one_token_two_symbols.csv");
  EXPECT_THAT(names(import), UnorderedElementsAre("TATAMOTORS.NSE", "TMPV.NSE"));
  ASSERT_EQ(import.report().first_shared.size(), 1U);
  EXPECT_EQ(text_of(import.report().first_shared[0], import.report().place_word),
            "token 256001 is shared by TATAMOTORS.NSE (line 2) and TMPV.NSE (line 3): both tick with its values");
}

TEST_F(BrokersLists, OddRowsAreKeptWhereTheirTypeDoesNotNeedTheField) {
  const Import import = kite("18_strange_kite.csv");
  EXPECT_THAT(names(import), UnorderedElementsAre("GOOD.NSE", "EURINR29DEC26FUT.BCD", "NIFTY29DEC2624000CE.NFO",
                                                  "NEGTICK.NSE", "EMPTYNUM.NSE", "OLDCO30JAN20FUT.NFO", "L&TFH.NSE"));
  EXPECT_THAT(
      skips(import),
      UnorderedElementsAre("3: symbol: found 'ABB IND', expected 1 to 64 printable characters without blanks",
                           "6: duplicate of line 5: NIFTY29DEC2624000CE.NFO",
                           "7: lot_size: found '-1', expected 1 or more", "9: lot_size: found '', expected 1 or more",
                           "11: exchange: found 'NCO', expected for an index NSE, BSE, MCX, CDS, GLOBAL or NSEIX",
                           "14: symbol: found 'Nippon Life29DEC26FUT', expected 1 to 64 printable characters without "
                           "blanks",
                           "15: strike: found '2.5E2', expected a decimal above 0",
                           "16: expiry: found '2026-02-31', expected a date, like 2026-10-27",
                           "17: instrument_token: found '4294967296', expected a whole number of 32 bits"));
  const Index index = import.index();
  EXPECT_EQ(index.find("NIFTY29DEC2624000CE", "NFO")->token, "770");
}

}  // namespace
}  // namespace gw::instruments
