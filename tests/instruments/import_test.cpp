#include "core/instruments/import.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::instruments {
namespace {

using testing::HasSubstr;

// The format of this test's plugin: SYMBOL,EXCHANGE,TOKEN a line; a line "bad" it cannot read
// itself.
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
    const std::size_t one = row.find(',');
    const std::size_t two = row.find(',', one + 1);
    if (one == std::string::npos || two == std::string::npos) {
      sink->skip(sink->context, line, "expected three fields");
      continue;
    }
    const std::string symbol = row.substr(0, one);
    const std::string exchange = row.substr(one + 1, two - one - 1);
    const std::string token = row.substr(two + 1);
    const bgw_instrument i{
        sizeof i, 0,          line, symbol.c_str(), exchange.c_str(), "B", "X", token.c_str(), "", "EQ", "",
        0,        50'000'000, 1,    nullptr};
    sink->row(sink->context, &i);
  }
  return BGW_OK;
}

constexpr bgw_instruments kExtension{sizeof(bgw_instruments), 0, &parse, nullptr, nullptr, nullptr};

class Imports : public testing::Test {
 protected:
  Result<void> import(const std::string& text, const Import::Progress& progress = {}) {
    std::ofstream(file_, std::ios::binary) << text;
    return import_.read_file(kExtension, file_, progress);
  }
  const ImportReport& report() const { return import_.report(); }

  support::TemporaryFolder folder_;
  std::string file_ = folder_ / "list.csv";
  Import import_;
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
    EXPECT_EQ(report().first_skips[i].line, i + 2);
    EXPECT_EQ(report().first_skips[i].reason, expected[i]);
  }
}

TEST_F(Imports, ADuplicateNamesTheLineThatIsKept) {
  ASSERT_TRUE(import("TCS,NSE,9\nINFY,NSE,1\nINFY,NSE,2\n"));
  ASSERT_EQ(report().first_skips.size(), 1U);
  EXPECT_EQ(report().first_skips[0].line, 3U);
  EXPECT_EQ(report().first_skips[0].reason, "duplicate of line 2: INFY.NSE");
  EXPECT_EQ(import_.index().find("INFY", "NSE")->token, "1");
}

TEST_F(Imports, ANameOf64BytesIsTheLongest) {
  ASSERT_TRUE(import(std::string(64, 'A') + ",NSE,1\n" + std::string(65, 'A') + ",NSE,2\n"));
  EXPECT_EQ(import_.rows().size(), 1U);
  EXPECT_EQ(report().first_skips.at(0).line, 2U);
}

TEST_F(Imports, OnlyTheFirstSkipsAreKeptAllAreCounted) {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "bad\n";
  ASSERT_TRUE(import(text));
  EXPECT_EQ(report().skipped, 1000U);
  EXPECT_EQ(report().first_skips.size(), ImportReport::kMostSkips);
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
  const auto done = import_.read_file({sizeof(bgw_instruments), 0, nullptr, nullptr, nullptr, nullptr}, file_, {});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "this broker's plugin reads no instrument file");
}

TEST_F(Imports, BuiltInRowsTakeTheSameWay) {
  bgw_instruments extension = kExtension;
  extension.builtin = [](const bgw_instrument_sink* sink, bgw_error*) -> bgw_status {
    const bgw_instrument i{sizeof i, 0, 0, "DEMO", "NSE", "", "", "1", "", "", "", 0, 0, 1, nullptr};
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
