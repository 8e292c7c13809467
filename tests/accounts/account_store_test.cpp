#include "core/accounts/account_store.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/accounts/support.hpp"

namespace gw::accounts {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;

class Keys : public StoreTest {};

TEST_F(Keys, AreLongRandomAndMarkedAsOurs) {
  const CreatedKey one = create("alice");
  const CreatedKey two = create("alice");
  EXPECT_THAT(one.key, MatchesRegex("bgw_[0-9a-f]{64}"));
  EXPECT_NE(one.key, two.key);
  EXPECT_NE(one.id, two.id);
}

TEST_F(Keys, OnlyTheirSha256IsStored) {
  const CreatedKey made = create("alice");
  auto query = database_->prepare("SELECT hash FROM api_keys");
  ASSERT_TRUE(*query.step());
  const KeyHash hash = hash_key(made.key);
  EXPECT_EQ(query.text(0), std::string(hash.begin(), hash.end()));
  std::stringstream everything;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path()))
    everything << std::ifstream(entry.path(), std::ios::binary).rdbuf();
  EXPECT_THAT(everything.str(), HasSubstr("alice")) << "the files were looked at";
  EXPECT_THAT(everything.str(), Not(HasSubstr(made.key.substr(4))));
}

TEST_F(Keys, AGoodOneSaysWhoseItIs) {
  const auto made = store_->create_key({"alice", "admin"}, kNow);
  ASSERT_TRUE(made);
  const auto session = check(made->key);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->key_id, made->id);
  EXPECT_EQ(session->user, "alice");
  EXPECT_EQ(session->scope, "admin");
  EXPECT_THAT(session->brokers, IsEmpty());
  EXPECT_EQ(session->expires_ns, 0);
}

TEST_F(Keys, AnUnknownOneIsNotGood) {
  const CreatedKey made = create("alice");
  EXPECT_FALSE(check(""));
  EXPECT_FALSE(check("bgw_"));
  EXPECT_FALSE(check(made.key + "0"));
  EXPECT_FALSE(check(made.key.substr(1)));
  EXPECT_FALSE(check(std::string(made.key) + '\0'));
  const KeyHash hash = hash_key(made.key);
  EXPECT_FALSE(check({reinterpret_cast<const char*>(hash.data()), hash.size()}))
      << "the stored hash must not work as a key";
}

TEST_F(Keys, ExpireAfterTheirLifetimeWithoutAReload) {
  const CreatedKey made = create("alice", 1000);
  const auto ring = store_->load_ring();
  ASSERT_TRUE(ring);
  EXPECT_TRUE((*ring)->check(made.key, kNow + 999));
  EXPECT_NE((*ring)->find(*(*ring)->check(made.key, kNow), kNow + 999), nullptr);
  EXPECT_FALSE((*ring)->check(made.key, kNow + 1001));
  EXPECT_EQ((*ring)->find(*(*ring)->check(made.key, kNow), kNow + 1001), nullptr);
  EXPECT_EQ((*ring)->check(made.key, kNow)->expires_ns, kNow + 1000);
}

TEST_F(Keys, ARevokedOneIsGoneAndOthersOfTheUserStay) {
  const CreatedKey lost = create("alice");
  const CreatedKey kept = create("alice");
  const auto before = check(lost.key);
  ASSERT_TRUE(before);
  ASSERT_TRUE(store_->revoke_key(lost.id, kNow));
  EXPECT_FALSE(check(lost.key));
  EXPECT_TRUE(check(kept.key));
  EXPECT_EQ((*store_->load_ring())->find(*before, kNow), nullptr);
}

TEST_F(Keys, RevokingTwiceKeepsTheFirstTime) {
  const CreatedKey made = create("alice");
  ASSERT_TRUE(store_->revoke_key(made.id, kNow + 1));
  ASSERT_TRUE(store_->revoke_key(made.id, kNow + 2));
  EXPECT_EQ((*store_->list_keys())[0].revoked_ns, kNow + 1);
}

TEST_F(Keys, RevokingOneThatIsNotThereSaysHowToFindIt) {
  const auto done = store_->revoke_key(99, kNow);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "there is no key 99; see: broker-gateway keys list");
}

TEST_F(Keys, TheListShowsEveryKeyInOrderOfMaking) {
  const CreatedKey a = create("bob", 500);
  const CreatedKey b = create("alice");
  ASSERT_TRUE(store_->revoke_key(b.id, kNow + 7));
  const auto rows = store_->list_keys();
  ASSERT_TRUE(rows);
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ((*rows)[0].id, a.id);
  EXPECT_EQ((*rows)[0].user, "bob");
  EXPECT_EQ((*rows)[0].scope, "read");
  EXPECT_EQ((*rows)[0].created_ns, kNow);
  EXPECT_EQ((*rows)[0].expires_ns, kNow + 500);
  EXPECT_EQ((*rows)[0].revoked_ns, 0);
  EXPECT_EQ((*rows)[1].user, "alice");
  EXPECT_EQ((*rows)[1].expires_ns, 0);
  EXPECT_EQ((*rows)[1].revoked_ns, kNow + 7);
}

TEST_F(Keys, HaveALabelAndTheirLastUse) {
  const auto made = store_->create_key({"alice", "read", std::nullopt, "desk 4"}, kNow);
  ASSERT_TRUE(made);
  EXPECT_EQ(check(made->key)->label, "desk 4");
  EXPECT_EQ((*store_->list_keys())[0].label, "desk 4");
  EXPECT_EQ((*store_->list_keys())[0].used_ns, 0);
  ASSERT_TRUE(store_->note_uses({{made->id, kNow + 5}, {99, kNow}}));
  ASSERT_TRUE(store_->note_uses({{made->id, kNow + 3}})) << "an older use is no news";
  EXPECT_EQ((*store_->list_keys())[0].used_ns, kNow + 5);
  for (const std::string& label : {std::string(65, 'a'), std::string("a\nb"), std::string("a)")})
    EXPECT_FALSE(store_->create_key({"alice", "read", std::nullopt, label}, kNow)) << label;
}

TEST_F(Keys, OfADeletedUserAreGoneAndTheirNumbersAreNotGivenAgain) {
  const CreatedKey kept = create("bob");
  const CreatedKey gone = create("alice");
  ASSERT_TRUE(store_->delete_user("alice"));
  EXPECT_FALSE(check(gone.key));
  EXPECT_TRUE(check(kept.key));
  EXPECT_EQ(store_->list_users()->size(), 1U);
  EXPECT_GT(create("carol").id, gone.id);
  const auto again = store_->delete_user("alice");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().message, "there is no user 'alice'; see: broker-gateway users list");
}

TEST_F(Keys, ABadUserOrScopeMakesNothing) {
  for (const std::string& user :
       {std::string(), std::string("a b"), std::string("x'; DROP"), std::string("\xc3\xa9"), std::string(65, 'a')})
    EXPECT_FALSE(store_->create_key({user, "read"}, kNow)) << user;
  const auto scope = store_->create_key({"alice", "root"}, kNow);
  ASSERT_FALSE(scope);
  EXPECT_EQ(scope.error().message, "scope: found 'root', expected read or admin");
  EXPECT_THAT(*store_->list_keys(), IsEmpty());
  EXPECT_THAT(*store_->list_users(), IsEmpty());
}

}  // namespace
}  // namespace gw::accounts
