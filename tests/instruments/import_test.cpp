#include "core/instruments/import.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::instruments {
namespace {

using testing::HasSubstr;

// The format of this test's plugin: SYMBOL,EXCHANGE,TOKEN a line, perhaps with ,TYPE,EXPIRY,STRIKE,LOT,TICK; a line
// "bad" it cannot read itself.
bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  std::string text;
  char block[4096];
  while (const std::size_t n = source->read(source->context, block, sizeof block)) text.append(block, n);
  if (text.starts_with("<html>")) {
    std::strcpy(error->message, "found a web page, expected comma-separated values");
    return BGW_E_INVALID;
  }
  std::uint64_t line = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string row = text.substr(at, end - at);
    at = end + 1;
    ++line;
    std::vector<std::string> fields{""};
    for (const char c : row)
      if (c == ',')
        fields.emplace_back();
      else
        fields.back() += c;
    if (fields.size() < 3) {
      sink->skip(sink->context, line, "expected three fields");
      continue;
    }
    if (fields.size() < 7) fields.insert(fields.end(), {"EQ", "", "0", "1"});
    if (fields.size() < 8) fields.emplace_back("50000000");
    const bgw_instrument i{sizeof i,
                           0,
                           line,
                           fields[0].c_str(),
                           fields[1].c_str(),
                           "B",
                           "X",
                           fields[2].c_str(),
                           "",
                           fields[3].c_str(),
                           fields[4].c_str(),
                           std::stoll(fields[5]),
                           std::stoll(fields[7]),
                           std::stoll(fields[6]),
                           nullptr,
                           0,
                           0};
    sink->row(sink->context, &i);
  }
  return BGW_OK;
}

constexpr bgw_instruments kExtension{
    sizeof(bgw_instruments), 0, &parse, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};

class Imports : public testing::Test {
 protected:
  Result<void> import(const std::string& text, const Import::Progress& progress = {}) {
    return import(kExtension, text, progress);
  }
  Result<void> import(const bgw_instruments& extension, const std::string& text,
                      const Import::Progress& progress = {}) {
    std::ofstream(file_, std::ios::binary) << text;
    return import_.read_file(extension, file_, progress);
  }
  const ImportReport& report() const { return import_.report(); }

  support::TemporaryFolder folder_;
  std::string file_ = folder_ / "list.csv";
  Import import_{{{"NSE", "BSE", "NFO"}, false}};
};

TEST_F(Imports, GoodRowsAreFoundInTheIndex) {
  ASSERT_TRUE(import("INFY,NSE,1594\nINFY,BSE,500209\n"));
  EXPECT_EQ(report().read, 2U);
  EXPECT_EQ(report().skipped, 0U);
  const Index index = import_.index();
  EXPECT_EQ(index.find("INFY", "BSE")->token, "500209");
  EXPECT_EQ(index.find("INFY", "NSE")->tick_size, 50'000'000);
}

TEST_F(Imports, BadRowsAreSkippedCountedAndNamedByLine) {
  ASSERT_TRUE(import("INFY,NSE,1\nbad\n,NSE,2\nTCS,,3\nSBIN,NSE,\nA B,NSE,4\nTCS,N\xc3\xa9,5\nTCS,NSE,6\n"));
  EXPECT_EQ(report().read, 8U);
  EXPECT_EQ(report().skipped, 6U);
  EXPECT_EQ(import_.rows().size(), 2U);
  ASSERT_EQ(report().first_skips.size(), 6U);
  const char* const expected[] = {"expected three fields",
                                  "symbol: found '', expected 1 to 64 printable characters without blanks",
                                  "exchange: found '', expected 1 to 64 printable characters without blanks",
                                  "token: empty",
                                  "symbol: found 'A B', expected 1 to 64 printable characters without blanks",
                                  "exchange: found 'N\xc3\xa9', expected 1 to 64 printable characters without blanks"};
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(report().first_skips[i].place, i + 2);
    EXPECT_EQ(report().first_skips[i].reason, expected[i]);
  }
}

TEST_F(Imports, ADuplicateNamesTheLineThatIsKept) {
  ASSERT_TRUE(import("TCS,NSE,9\nINFY,NSE,1\nINFY,NSE,2\n"));
  ASSERT_EQ(report().first_skips.size(), 1U);
  EXPECT_EQ(report().first_skips[0].place, 3U);
  EXPECT_EQ(report().first_skips[0].reason, "duplicate of line 2: INFY.NSE");
  EXPECT_EQ(import_.index().find("INFY", "NSE")->token, "1");
}

TEST_F(Imports, EachTypeHasWhatItNeeds) {
  ASSERT_TRUE(
      import("A,NSE,1,EQ,,0,0\nA,NSE,2,EQ,,0,-1\nB,NSE,3,EQ,soon,0,1\nC,NFO,4,FUT,2026-12-29,0,75\nD,NFO,5,FUT,,0,75\n"
             "D,NFO,6,FUT,2026-02-30,0,75\nD,NFO,7,FUT,2026-12-29,0,0\nE,NFO,8,CE,2026-12-29,5,75\n"
             "F,NFO,9,PE,2026-12-29,0,75\nG,MCX,10,EQ,,0,1\nH,NSE,11,EQ,,0,1,-5\n"));
  ASSERT_EQ(import_.rows().size(), 3U);
  const char* const expected[] = {"lot_size: found '-1', expected 0 or more",
                                  "expiry: found 'soon', expected a date, like 2026-10-27",
                                  "expiry: found '', expected a date, like 2026-10-27",
                                  "expiry: found '2026-02-30', expected a date, like 2026-10-27",
                                  "lot_size: found '0', expected 1 or more",
                                  "strike: found '0', expected a price above 0",
                                  "exchange: found 'MCX', expected an exchange that the plugin serves: NSE, BSE, NFO",
                                  "tick_size: found '-5', expected 0 or more"};
  ASSERT_EQ(report().first_skips.size(), 8U);
  for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(report().first_skips[i].reason, expected[i]);
}

TEST_F(Imports, ATokenOfTwoInstrumentsIsNamedAndBothAreKept) {
  ASSERT_TRUE(import("TATAMOTORS,NSE,7\nINFY,NSE,1\nTMPV,NSE,7\n"));
  EXPECT_EQ(import_.rows().size(), 3U);
  EXPECT_EQ(report().shared, 1U);
  ASSERT_EQ(report().first_shared.size(), 1U);
  EXPECT_EQ(text_of(report().first_shared[0], report().place_word),
            "token 7 is shared by TATAMOTORS.NSE (line 1) and TMPV.NSE (line 3): both tick with its values");
}

TEST_F(Imports, RowsAreNamedAsThePluginCountsThem) {
  bgw_instruments extension = kExtension;
  extension.place_word = "row";
  ASSERT_TRUE(import(extension, "TCS,NSE,9\nINFY,NSE,1\nINFY,NSE,2\nSBIN,NSE,1\n"));
  EXPECT_EQ(report().place_word, "row");
  ASSERT_EQ(report().first_skips.size(), 1U);
  EXPECT_EQ(report().first_skips[0].place, 3U);
  EXPECT_EQ(report().first_skips[0].reason, "duplicate of row 2: INFY.NSE");
  EXPECT_EQ(text_of(report().first_shared.at(0), report().place_word),
            "token 1 is shared by INFY.NSE (row 2) and SBIN.NSE (row 4): both tick with its values");
}

TEST_F(Imports, RowsAreNamedByLineWhereThePluginDoesNotSay) {
  bgw_instruments extension = kExtension;
  extension.place_word = "row";
  extension.size = offsetof(bgw_instruments, place_word);  // a plugin that was built before there was this member
  ASSERT_TRUE(import(extension, "INFY,NSE,1\nINFY,NSE,2\n"));
  EXPECT_EQ(report().first_skips.at(0).reason, "duplicate of line 1: INFY.NSE");
}

TEST_F(Imports, ANameOf64BytesIsTheLongest) {
  ASSERT_TRUE(import(std::string(64, 'A') + ",NSE,1\n" + std::string(65, 'A') + ",NSE,2\n"));
  EXPECT_EQ(import_.rows().size(), 1U);
  EXPECT_EQ(report().first_skips.at(0).place, 2U);
}

TEST_F(Imports, OnlyTheFirstSkipsAreKeptAllAreCounted) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "bad\n";
  ASSERT_TRUE(import(text));
  EXPECT_EQ(report().skipped, 1000U);
  EXPECT_EQ(report().first_skips.size(), ImportReport::kMaxSkips);
}

TEST_F(Imports, AFileOfTheWrongKindFailsWithThePluginsReason) {
  const auto done = import("<html>Access denied</html>");
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, file_ + ": found a web page, expected comma-separated values");
}

TEST_F(Imports, AFileThatIsNotThereFailsWithItsName) {
  const auto done = import_.read_file(kExtension, folder_ / "absent.csv", {});
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr(folder_ / "absent.csv"));
}

TEST_F(Imports, APluginWithoutAFileFormatSaysSo) {
  const auto done = import_.read_file(
      {sizeof(bgw_instruments), 0, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr}, file_, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "this broker's plugin reads no instrument file");
}

TEST_F(Imports, BuiltInRowsTakeTheSameWay) {
  bgw_instruments extension = kExtension;
  extension.builtin = [](const bgw_instrument_sink* sink, bgw_error*) -> bgw_status {
    const bgw_instrument i{sizeof i, 0, 0, "DEMO", "NSE", "", "", "1", "", "", "", 0, 0, 1, nullptr, 0, 0};
    sink->row(sink->context, &i);
    return BGW_OK;
  };
  ASSERT_TRUE(import_.read_builtin(extension));
  EXPECT_TRUE(import_.index().find("DEMO", "NSE"));
}

TEST_F(Imports, TwoHundredThousandRowsArriveWholeWithProgress) {
  constexpr std::size_t kRows = 200'000;
  std::string text;
  for (std::size_t i = 0; i < kRows; ++i) text += "OPTION" + std::to_string(i) + ",NFO," + std::to_string(i) + '\n';
  std::uint64_t last = 0;
  ASSERT_TRUE(import(text, [&](std::uint64_t read, std::uint64_t total) {
    EXPECT_GE(read, last);
    EXPECT_EQ(total, text.size());
    last = read;
  }));
  EXPECT_EQ(last, text.size());
  EXPECT_EQ(report().read, kRows);
  EXPECT_EQ(report().skipped, 0U);
  const Index index = import_.index();
  ASSERT_EQ(index.size(), kRows);
  for (std::size_t i = 0; i < kRows; i += 7919)
    EXPECT_EQ(index.find("OPTION" + std::to_string(i), "NFO")->token, std::to_string(i));
  EXPECT_EQ(import_.rows().front().symbol, "OPTION0") << "early texts stay where they were";
}

}  // namespace
}  // namespace gw::instruments
