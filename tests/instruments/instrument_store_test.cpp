#include "core/instruments/instrument_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.hpp"

namespace gw::instruments {
namespace {

using testing::HasSubstr;

InstrumentView row(std::string_view symbol, std::string_view token) {
  return {symbol,     "NFO", "B S",  "NFO_B", token, "name \"x\"", "CE", "2026-12-31", 25'000'000'000'000,
          50'000'000, 75,    "41235"};
}

LastImport taken(std::string_view source, std::int64_t at_ns) {
  LastImport import;
  import.source = source;
  import.imported_ns = import.list.time_ns = at_ns;
  return import;
}

class Store : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = database::Database::open(folder_ / "gateway.db");
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    store_ = std::make_unique<InstrumentStore>(*database_);
  }

  support::TemporaryFolder folder_;
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<InstrumentStore> store_;
};

TEST_F(Store, BeforeAnyImportThereIsNothingAtGenerationZero) {
  EXPECT_EQ(*store_->generation("angel"), 0);
  const auto index = store_->load("angel");
  ASSERT_TRUE(index);
  EXPECT_EQ((*index)->size(), 0U);
}

TEST_F(Store, GivesBackWhatWasImported) {
  ASSERT_TRUE(store_->replace("angel", {row("NIFTYCE", "41"), row("X", "42")}, taken("scrip.json", 7)));
  const auto index = store_->load("angel");
  ASSERT_TRUE(index);
  ASSERT_EQ((*index)->size(), 2U);
  const auto found = (*index)->find("NIFTYCE", "NFO");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->broker_symbol, "B S");
  EXPECT_EQ(found->broker_exchange, "NFO_B");
  EXPECT_EQ(found->token, "41");
  EXPECT_EQ(found->name, "name \"x\"");
  EXPECT_EQ(found->instrument_type, "CE");
  EXPECT_EQ(found->expiry, "2026-12-31");
  EXPECT_EQ(found->strike, 25'000'000'000'000);
  EXPECT_EQ(found->tick_size, 50'000'000);
  EXPECT_EQ(found->lot_size, 75);
  EXPECT_EQ(found->exchange_number, "41235");
}

TEST_F(Store, AnImportReplacesThePluginsListAndNoOther) {
  ASSERT_TRUE(store_->replace("angel", {row("OLD", "1")}, taken("a", 1)));
  ASSERT_TRUE(store_->replace("zerodha", {row("OLD", "2")}, taken("z", 1)));
  ASSERT_TRUE(store_->replace("angel", {row("NEW", "3")}, taken("b", 2)));
  EXPECT_FALSE((*store_->load("angel"))->find("OLD", "NFO"));
  EXPECT_TRUE((*store_->load("angel"))->find("NEW", "NFO"));
  EXPECT_EQ((*store_->load("zerodha"))->find("OLD", "NFO")->token, "2");
}

TEST_F(Store, TheGenerationGrowsWithEachImportOfThatPlugin) {
  for (std::int64_t i = 1; i <= 3; ++i) {
    ASSERT_TRUE(store_->replace("angel", {}, taken("a", i)));
    EXPECT_EQ(*store_->generation("angel"), i);
  }
  EXPECT_EQ(*store_->generation("zerodha"), 0);
}

TEST_F(Store, AFailedImportLeavesListAndGenerationAsTheyWere) {
  ASSERT_TRUE(store_->replace("angel", {row("OLD", "1")}, taken("a", 1)));
  const auto done = store_->replace("angel", {row("NEW", "2"), row("NEW", "3")}, taken("b", 2));
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("instrument NEW.NFO: "));
  EXPECT_TRUE((*store_->load("angel"))->find("OLD", "NFO"));
  EXPECT_FALSE((*store_->load("angel"))->find("NEW", "NFO"));
  EXPECT_EQ(*store_->generation("angel"), 1);
}

TEST_F(Store, SaysWhereTheListCameFromAndWhichItIs) {
  EXPECT_FALSE(*store_->last_import("angel"));
  LastImport list = taken("https://x/list", 7);
  list.last_modified = "Monday";
  list.list = {99, 5, ListTime::last_modified, 3, "\"v1\""};
  ASSERT_TRUE(store_->replace("angel", {row("A", "1"), row("B", "2")}, list));
  const auto last = store_->last_import("angel");
  ASSERT_TRUE(last && *last);
  EXPECT_EQ((*last)->source, "https://x/list");
  EXPECT_EQ((*last)->last_modified, "Monday");
  EXPECT_EQ((*last)->imported_ns, 7);
  EXPECT_EQ((*last)->rows, 2);
  const auto index = store_->load("angel");
  ASSERT_TRUE(index);
  for (const ListInfo& info : {(*last)->list, (*index)->list()}) {
    EXPECT_EQ(info.generation, 1) << "the store's own count";
    EXPECT_EQ(info.time_ns, 5);
    EXPECT_EQ(info.time_of, ListTime::last_modified);
    EXPECT_EQ(info.day, 3);
    EXPECT_EQ(info.etag, "\"v1\"");
  }
  ASSERT_TRUE(store_->replace("angel", {row("A", "1")}, taken("list.csv", 8)));
  EXPECT_EQ((*store_->last_import("angel"))->list.etag, "") << "a file has no version of the server's";
}

TEST_F(Store, WhatTheServerStillHasIsAsNewAsItsWordWhereItNamesNoTime) {
  ASSERT_TRUE(store_->replace("angel", {row("A", "1")}, taken("x", 5)));
  ASSERT_TRUE(store_->confirm("angel", 9, 4));
  EXPECT_EQ((*store_->load("angel"))->time_ns(), 9);
  EXPECT_EQ((*store_->load("angel"))->list().day, 4);
  EXPECT_EQ((*store_->load("angel"))->generation(), 1) << "it is the same list";
  for (const ListTime time : {ListTime::last_modified, ListTime::given, ListTime::file, ListTime::day}) {
    LastImport list = taken("x", 5);
    list.list.time_of = time;
    ASSERT_TRUE(store_->replace("angel", {row("A", "1")}, list));
    ASSERT_TRUE(store_->confirm("angel", 9, 4));
    EXPECT_EQ((*store_->load("angel"))->time_ns(), 5);
    EXPECT_EQ((*store_->load("angel"))->list().time_of, time);
  }
}

constexpr std::int64_t kDayNs = 86'400'000'000'000;
constexpr std::int64_t kNowNs = 20'786 * kDayNs;  // 2026-11-29

InstrumentView share(std::string_view symbol, std::string_view token) {
  InstrumentView view = row(symbol, token);
  view.expiry = "";
  return view;
}

InstrumentView contract(std::string_view symbol, std::string_view expiry) {
  InstrumentView view = row(symbol, "1");
  view.expiry = expiry;
  return view;
}

TEST_F(Store, RemembersWhatAListLostUntilItIsListedAgain) {
  ASSERT_TRUE(store_->replace("angel", {row("OLD", "41"), row("KEPT", "42")}, taken("a", kNowNs)));
  EXPECT_FALSE((*store_->load("angel"))->former("OLD", "NFO"));
  ASSERT_TRUE(store_->replace("zerodha", {row("OLD", "2")}, taken("z", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {row("NEW", "41"), row("KEPT", "42")}, taken("b", kNowNs)));
  const auto index = *store_->load("angel");
  const auto former = index->former("OLD", "NFO");
  ASSERT_TRUE(former);
  EXPECT_EQ(former->token, "41");
  EXPECT_EQ(former->broker_exchange, "NFO_B");
  EXPECT_EQ(former->instrument_type, "CE");
  EXPECT_EQ(former->expiry, "2026-12-31");
  EXPECT_EQ(former->strike, 25'000'000'000'000);
  EXPECT_FALSE((*store_->load("angel"))->former("KEPT", "NFO"));
  EXPECT_FALSE((*store_->load("zerodha"))->former("OLD", "NFO"));
  ASSERT_TRUE(store_->replace("angel", {row("NEW", "41")}, taken("c", kNowNs)));
  EXPECT_TRUE((*store_->load("angel"))->former("OLD", "NFO")) << "also after further lists";
  ASSERT_TRUE(store_->replace("angel", {row("OLD", "43")}, taken("d", kNowNs)));
  EXPECT_FALSE((*store_->load("angel"))->former("OLD", "NFO"));
  EXPECT_TRUE((*store_->load("angel"))->former("NEW", "NFO"));
}

TEST_F(Store, ForgetsWhatWasLostWithoutExpiryAfterTenDays) {
  ASSERT_TRUE(store_->replace("angel", {share("A", "1"), share("B", "2")}, taken("a", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {share("B", "2")}, taken("b", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {share("B", "2")}, taken("c", kNowNs + 10 * kDayNs)));
  EXPECT_TRUE((*store_->load("angel"))->former("A", "NFO"));
  ASSERT_TRUE(store_->replace("angel", {share("B", "2")}, taken("d", kNowNs + 11 * kDayNs)));
  EXPECT_FALSE((*store_->load("angel"))->former("A", "NFO"));
}

TEST_F(Store, ForgetsALostContractTenDaysAfterItsExpiry) {
  ASSERT_TRUE(store_->replace(
      "angel",
      {contract("LONG", "2027-12-28"), contract("LATE", "2026-11-19"), contract("OVER", "2026-11-18"), share("B", "2")},
      taken("a", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {share("B", "2")}, taken("b", kNowNs)));
  EXPECT_TRUE((*store_->load("angel"))->former("LATE", "NFO")) << "ten days over";
  EXPECT_FALSE((*store_->load("angel"))->former("OVER", "NFO"));
  ASSERT_TRUE(store_->replace("angel", {share("B", "2")}, taken("c", kNowNs + 30 * kDayNs)));
  EXPECT_FALSE((*store_->load("angel"))->former("LATE", "NFO"));
  EXPECT_TRUE((*store_->load("angel"))->former("LONG", "NFO"));
}

TEST_F(Store, RemembersSoManyTheLastToBeLost) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < InstrumentStore::kMaxFormer; ++i) names.push_back("S" + std::to_string(i));
  std::vector<InstrumentView> many;
  for (const std::string& name : names) many.push_back(share(name, "1"));
  ASSERT_TRUE(store_->replace("angel", many, taken("a", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {share("B", "2"), share("C", "3")}, taken("b", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {share("C", "3")}, taken("c", kNowNs + kDayNs)));
  const auto index = store_->load("angel");
  EXPECT_TRUE((*index)->former("B", "NFO"));
  std::int64_t remembered = 0;
  for (const std::string& name : names)
    if ((*index)->former(name, "NFO")) ++remembered;
  EXPECT_EQ(remembered, InstrumentStore::kMaxFormer - 1);
}

TEST_F(Store, AFailedImportForgetsNothing) {
  ASSERT_TRUE(store_->replace("angel", {row("A", "1"), row("B", "2")}, taken("a", kNowNs)));
  ASSERT_TRUE(store_->replace("angel", {row("B", "2")}, taken("b", kNowNs)));
  ASSERT_FALSE(store_->replace("angel", {row("A", "2"), row("A", "3")}, taken("c", kNowNs)));
  EXPECT_TRUE((*store_->load("angel"))->former("A", "NFO"));
  EXPECT_FALSE((*store_->load("angel"))->former("B", "NFO"));
}

TEST_F(Store, ALoadedIndexOutlivesTheNextImport) {
  ASSERT_TRUE(store_->replace("angel", {row("OLD", "1")}, taken("a", 1)));
  const auto before = store_->load("angel");
  ASSERT_TRUE(store_->replace("angel", {row("NEW", "2")}, taken("b", 2)));
  EXPECT_EQ((*before)->find("OLD", "NFO")->token, "1");
}

}  // namespace
}  // namespace gw::instruments
