// Imports from plugins that break the contract, and from files that are packed: what is wrong is said, and the gateway
// goes on.
#include <cstring>
#include <fstream>
#include <functional>
#include <stdexcept>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/instruments/import.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::instruments {
namespace {

using testing::HasSubstr;

class HostileImport : public testing::Test {
 protected:
  using Parse = std::function<bgw_status(const bgw_instrument_source*, const bgw_instrument_sink*, bgw_error*)>;

  HostileImport() { parse_ = {}; }
  // Runs a plugin whose parse does this.
  Result<void> run(Parse parse) {
    parse_ = std::move(parse);
    return import_.read_file(extension(), file_, {});
  }
  // Imports one row, with the file as it is.
  void take(const bgw_instrument* row) {
    ASSERT_TRUE(run([row](const auto*, const bgw_instrument_sink* sink, bgw_error*) {
      sink->row(sink->context, row);
      return BGW_OK;
    }));
  }
  static bgw_instruments extension() {
    bgw_instruments made{};
    made.size = sizeof made;
    made.parse = [](const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
      return parse_(source, sink, error);
    };
    made.builtin = [](const bgw_instrument_sink* sink, bgw_error* error) { return parse_(nullptr, sink, error); };
    return made;
  }
  static bgw_instrument row_of(const char* symbol) {
    bgw_instrument row{};
    row.size = sizeof row;
    row.place = 7;
    row.symbol = symbol;
    row.exchange = "NSE";
    row.token = "1";
    return row;
  }
  std::string skipped() const {
    return import_.report().first_skips.empty() ? "" : import_.report().first_skips.front().reason;
  }
  // All that the plugin can read of the file.
  Result<std::string> contents(std::uint64_t longest = 1 << 30) {
    import_ = Import(ImportRules{{}, false, longest});
    std::string text;
    const auto done = run([&](const bgw_instrument_source* source, const auto*, bgw_error*) {
      char block[1000];
      while (const std::size_t n = source->read(source->context, block, sizeof block)) text.append(block, n);
      return BGW_OK;
    });
    if (!done) return done.error();
    return text;
  }
  void write(const std::string& bytes) const { std::ofstream(file_, std::ios::binary) << bytes; }

  static inline Parse parse_;
  support::TemporaryFolder folder_;
  std::string file_ = [this] {
    std::ofstream(folder_ / "list.csv") << "x";
    return std::string(folder_ / "list.csv");
  }();
  Import import_;
};

TEST_F(HostileImport, TextsThatARowLeavesOutAreEmpty) {
  const bgw_instrument row = row_of("INFY");
  take(&row);
  ASSERT_EQ(import_.rows().size(), 1U) << skipped();
  const InstrumentView& got = import_.rows().front();
  for (const std::string_view text :
       {got.broker_symbol, got.broker_exchange, got.name, got.instrument_type, got.expiry, got.exchange_number})
    EXPECT_EQ(text, "");
  EXPECT_EQ(got.exponents, (Exponents{-9, 0})) << "those of a row that gives none";
}

TEST_F(HostileImport, TextsThatARowNeedsAreMissed) {
  for (const char* bgw_instrument::*text :
       {&bgw_instrument::symbol, &bgw_instrument::exchange, &bgw_instrument::token}) {
    import_ = Import();
    bgw_instrument row = row_of("INFY");
    row.*text = nullptr;
    take(&row);
    EXPECT_TRUE(import_.rows().empty());
    EXPECT_NE(skipped(), "");
    EXPECT_EQ(import_.report().first_skips.front().place, 7U);
  }
}

TEST_F(HostileImport, NoRowAndASmallOneAreCountedAndSkipped) {
  take(nullptr);
  EXPECT_EQ(skipped(), "found no row, expected one");
  import_ = Import();
  bgw_instrument row = row_of("INFY");
  row.size = 119;
  take(&row);
  EXPECT_EQ(skipped(), "size of the row: found 119, expected at least 120");
  EXPECT_EQ(import_.report().read, 1U);
  EXPECT_EQ(import_.report().skipped, 1U);
}

TEST_F(HostileImport, ASkipWithoutAReasonIsOneAllTheSame) {
  ASSERT_TRUE(run([](const auto*, const bgw_instrument_sink* sink, bgw_error*) {
    sink->skip(sink->context, 3, nullptr);
    return BGW_OK;
  }));
  EXPECT_EQ(skipped(), "the plugin gave no reason");
  EXPECT_EQ(import_.report().first_skips.front().place, 3U);
}

TEST_F(HostileImport, ExponentsHaveBounds) {
  struct Case {
    std::int32_t price, quantity;
    const char* problem;
  };
  for (const Case& c :
       {Case{-18, -18, ""}, Case{-1, 0, ""}, Case{-19, 0, "price_exponent: found '-19', expected -18 to 0"},
        Case{1, 0, "price_exponent: found '1', expected -18 to 0"},
        Case{0, 1, "quantity_exponent: found '1', expected -18 to 0"},
        Case{-2, INT32_MIN, "quantity_exponent: found '-2147483648', expected -18 to 0"}}) {
    import_ = Import();
    bgw_instrument row = row_of("INFY");
    row.price_exponent = c.price;
    row.quantity_exponent = c.quantity;
    take(&row);
    EXPECT_EQ(skipped(), c.problem);
    if (*c.problem != '\0') continue;
    EXPECT_EQ(import_.rows().at(0).exponents.price, c.price);
    EXPECT_EQ(import_.index().find("INFY", "NSE")->exponents.quantity, c.quantity) << "also in the index";
  }
}

TEST_F(HostileImport, TextsHaveBounds) {
  bgw_instrument row = row_of("INFY");
  const std::string token(120, '1');
  const std::string name(255, 'n');
  row.token = token.c_str();
  row.name = name.c_str();
  take(&row);
  EXPECT_EQ(import_.rows().size(), 1U) << skipped();
  const std::string long_token = token + '1';
  row.token = long_token.c_str();
  import_ = Import();
  take(&row);
  EXPECT_THAT(skipped(), testing::AllOf(HasSubstr("token: found '111"), HasSubstr("expected 1 to 120 bytes")));
  row.token = "1";
  const std::string long_name(3'000'000, 'n');
  row.name = long_name.c_str();
  import_ = Import();
  take(&row);
  EXPECT_THAT(skipped(), testing::AllOf(HasSubstr("name: found 'nnn"), HasSubstr("expected at most 255 bytes")));
}

TEST_F(HostileImport, AnExceptionInParseOrBuiltinIsAnErrorThatSaysSo) {
  const Parse throws = [](const auto*, const auto*, bgw_error*) -> bgw_status { throw std::runtime_error("at row 5"); };
  EXPECT_EQ(run(throws).error().message, file_ + ": the plugin threw an exception: at row 5");
  EXPECT_EQ(import_.read_builtin(extension()).error().message,
            "built-in instruments: the plugin threw an exception: at row 5");
  EXPECT_EQ(run([](const auto*, const auto*, bgw_error*) -> bgw_status { throw 5; }).error().message,
            file_ + ": the plugin threw an exception");
}

TEST_F(HostileImport, AMessageWithoutAnEndIsCut) {
  const auto failed = run([](const auto*, const auto*, bgw_error* error) {
    std::memset(error->message, 'x', sizeof error->message);
    return BGW_E_INVALID;
  });
  EXPECT_EQ(failed.error().message, file_ + ": " + std::string(sizeof bgw_error{}.message, 'x'));
}

TEST_F(HostileImport, APackedFileIsReadAsIfItWereNot) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "row " + std::to_string(i) + '\n';
  write(text);
  EXPECT_EQ(*contents(), text);
  write(support::gzip(text));
  EXPECT_EQ(*contents(), text);
  write(support::gzip("first\n") + support::gzip("second\n"));
  EXPECT_EQ(*contents(), "first\nsecond\n") << "two of them behind one another are one file";
  write("");
  EXPECT_EQ(*contents(), "");
}

TEST_F(HostileImport, APackedFileThatIsCutOffOrDamagedIsAnError) {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += "row " + std::to_string(i * 7919) + '\n';
  const std::string packed = support::gzip(text);
  for (const std::size_t length : {packed.size() - 1, packed.size() - 8, packed.size() / 2, std::size_t{20}}) {
    write(packed.substr(0, length));
    const auto got = contents();
    ASSERT_FALSE(got) << length;
    EXPECT_THAT(got.error().message, HasSubstr("found a damaged or cut-off gzip file")) << length;
  }
  std::string damaged = packed;
  damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
  write(damaged);
  EXPECT_FALSE(contents());
  damaged = packed;
  damaged[packed.size() - 6] = static_cast<char>(damaged[packed.size() - 6] ^ 1);  // in the checksum
  write(damaged);
  EXPECT_FALSE(contents());
}

TEST_F(HostileImport, WhatBecomesTooLongWhenItIsUnpackedIsAnError) {
  write(support::gzip(std::string(1'000'000, '0')));
  EXPECT_EQ(contents(1'000'000)->size(), 1'000'000U);
  EXPECT_EQ(contents(999'999).error().message, file_ + ": found more than 999999 bytes when unpacked, expected fewer");
}

}  // namespace
}  // namespace gw::instruments
