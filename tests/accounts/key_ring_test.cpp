#include "core/accounts/key_ring.hpp"

#include <gtest/gtest.h>

#include "core/base/text.hpp"

namespace gw::accounts {
namespace {

KeySession key_of(std::string_view key, std::int64_t id, std::int64_t expires = 0) {
  return {hash_key(key), id, "user" + std::to_string(id), "read", {}, expires};
}

TEST(HashKey, IsSha256) {
  EXPECT_EQ(hex(hash_key("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(KeyRing, AnEmptyOneKnowsNoKey) {
  EXPECT_FALSE(KeyRing().check("anything", 0));
  EXPECT_EQ(KeyRing().find(key_of("anything", 1), 0), nullptr);
}

TEST(KeyRing, FindsEachOfManyAndNoOther) {
  std::vector<KeySession> keys;
  constexpr int kKeys = 5000;
  for (int i = 0; i < kKeys; ++i) keys.push_back(key_of("key " + std::to_string(i), i));
  const KeyRing ring(std::move(keys));
  for (int i = 0; i < kKeys; ++i) {
    const auto session = ring.check("key " + std::to_string(i), 0);
    ASSERT_TRUE(session) << i;
    ASSERT_EQ(session->key_id, i);
  }
  for (int i = kKeys; i < 2 * kKeys; ++i) ASSERT_FALSE(ring.check("key " + std::to_string(i), 0)) << i;
}

TEST(KeyRing, TheWholeHashDecidesNotItsBeginning) {
  KeySession near_below = key_of("real", 1);
  KeySession near_above = key_of("real", 2);
  near_below.hash[31] = static_cast<unsigned char>(near_below.hash[31] ^ 1U);
  near_above.hash[2] = static_cast<unsigned char>(near_above.hash[2] ^ 0x80U);
  EXPECT_FALSE(KeyRing({near_below, near_above}).check("real", 0));
  const auto session = KeyRing({near_below, key_of("real", 3), near_above}).check("real", 0);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->key_id, 3);
}

TEST(KeyRing, ExpiryIsJudgedAtTheTimeGiven) {
  const KeyRing ring({key_of("short", 1, 100), key_of("long", 2)});
  EXPECT_TRUE(ring.check("short", 99));
  EXPECT_FALSE(ring.check("short", 101));
  EXPECT_NE(ring.find(key_of("short", 1), 99), nullptr);
  EXPECT_EQ(ring.find(key_of("short", 1), 101), nullptr);
  EXPECT_TRUE(ring.check("long", INT64_MAX));
  EXPECT_NE(ring.find(key_of("long", 2), INT64_MAX), nullptr);
}

TEST(KeyRing, AnotherKeyOfTheSameNumberIsAnotherKey) {
  EXPECT_EQ(KeyRing({key_of("restored", 1)}).find(key_of("before", 1), 0), nullptr);
}

}  // namespace
}  // namespace gw::accounts
