#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/accounts/support.hpp"

namespace gw::accounts {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Users : public StoreTest {};

TEST_F(Users, AreMadeByTheirFirstKeyAndListedByName) {
  create("bob");
  create("alice");
  const CreatedKey lost = create("alice");
  ASSERT_TRUE(store_->revoke_key(lost.id, kNow));
  const auto users = store_->list_users();
  ASSERT_TRUE(users);
  ASSERT_EQ(users->size(), 2U);
  EXPECT_EQ((*users)[0].name, "alice");
  EXPECT_EQ((*users)[0].keys, 1) << "a revoked key does not count";
  EXPECT_EQ((*users)[1].name, "bob");
  EXPECT_THAT((*users)[1].brokers, IsEmpty());
}

TEST_F(Users, BrokersKeepTheirOrderInEveryKeyOfTheUser) {
  const CreatedKey one = create("alice");
  const CreatedKey two = create("alice");
  const CreatedKey other = create("bob");
  ASSERT_TRUE(store_->set_brokers("alice", {"zerodha", "angel"}));
  EXPECT_THAT(check(one.key)->brokers, ElementsAre("zerodha", "angel"));
  EXPECT_THAT(check(two.key)->brokers, ElementsAre("zerodha", "angel"));
  EXPECT_THAT(check(other.key)->brokers, IsEmpty());
}

TEST_F(Users, AnEmptyListOfBrokersMeansTheDefaultAgain) {
  const CreatedKey made = create("alice");
  ASSERT_TRUE(store_->set_brokers("alice", {"angel"}));
  ASSERT_TRUE(store_->set_brokers("alice", {}));
  EXPECT_THAT(check(made.key)->brokers, IsEmpty());
  EXPECT_THAT((*store_->list_users())[0].brokers, IsEmpty());
}

TEST_F(Users, ANewKeyLeavesTheBrokersOfItsUserAlone) {
  create("alice");
  ASSERT_TRUE(store_->set_brokers("alice", {"angel"}));
  EXPECT_THAT(check(create("alice").key)->brokers, ElementsAre("angel"));
}

TEST_F(Users, BrokersOfAnUnknownUserAreRefused) {
  const auto done = store_->set_brokers("nobody", {"angel"});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "there is no user 'nobody'; see: broker-gateway users list");
}

TEST_F(Users, AChangeIsNoticedByAnotherConnection) {
  const auto gateway = database::Database::open(file_);
  ASSERT_TRUE(gateway);
  const std::int64_t before = (*gateway)->data_version().value();
  const CreatedKey made = create("alice");
  EXPECT_NE((*gateway)->data_version().value(), before);
  EXPECT_TRUE((*AccountStore(**gateway).load_ring())->check(made.key, kNow));
}

}  // namespace
}  // namespace gw::accounts
