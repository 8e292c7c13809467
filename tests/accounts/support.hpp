// An empty account store in a folder of its own.
#pragma once

#include <gtest/gtest.h>

#include "core/accounts/account_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::accounts {

inline constexpr std::int64_t kNow = 1'748'428'245'000'000'000;

class StoreTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = database::Database::open(file_);
    ASSERT_TRUE(opened) << opened.error().message;
    database_ = std::move(*opened);
    store_ = std::make_unique<AccountStore>(*database_);
  }
  CreatedKey create(std::string_view user, std::optional<std::int64_t> lifetime = std::nullopt) {
    const auto made = store_->create_key({std::string(user), "read", lifetime}, kNow);
    EXPECT_TRUE(made);
    return made ? *made : CreatedKey{};
  }
  std::optional<KeySession> check(std::string_view key, std::int64_t now = kNow) {
    const auto ring = store_->load_ring();
    EXPECT_TRUE(ring);
    return ring ? (*ring)->check(key, now) : std::nullopt;
  }

  support::TemporaryFolder folder_;
  std::string file_ = folder_ / "gateway.db";
  std::unique_ptr<database::Database> database_;
  std::unique_ptr<AccountStore> store_;
};

}  // namespace gw::accounts
