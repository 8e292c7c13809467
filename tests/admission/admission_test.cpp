// Who may come in: origins and connection slots.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/admission/admission.hpp"
#include "core/admission/origin.hpp"
#include "core/base/log.hpp"

namespace gw::admission {
namespace {

TEST(Origin, PagesOfThisMachineAndOfTheSameHostMayConnect) {
  const OriginRule at_home{{}, {}, true};
  const OriginRule served{{"https://desk.example.com"}, {}, false};
  for (const char* page : {"http://localhost:3000", "http://127.0.0.1", "https://[::1]:8443", "HTTP://LocalHost"})
    EXPECT_TRUE(is_allowed_origin(page, "127.0.0.1:8765", at_home)) << page;
  for (const char* page : {"https://evil.example", "null", "", "http://", "http://127.evil.example", "file://",
                           "http://localhost.evil.example"})
    EXPECT_FALSE(is_allowed_origin(page, "127.0.0.1:8765", at_home)) << page;
  EXPECT_TRUE(is_allowed_origin("https://gw.example.com", "gw.example.com:8765", served));
  EXPECT_FALSE(is_allowed_origin("https://gw.example.com.evil.example", "gw.example.com:8765", served));
  EXPECT_TRUE(is_allowed_origin("https://Desk.example.com", "gw.example.com", served));
  EXPECT_FALSE(is_allowed_origin("http://desk.example.com", "gw.example.com", served)) << "another scheme";
}

TEST(Origin, NamesUnderLocalhostAreThisMachine) {
  for (const char* page :
       {"http://tauri.localhost", "https://app.localhost:3000", "http://localhost.", "http://a.b.localhost."})
    EXPECT_TRUE(is_allowed_origin(page, "127.0.0.1:8765", {{}, {}, true})) << page;
  for (const char* page :
       {"http://localhost.evil.example", "http://notlocalhost", "http://.", "http://127.0.0.1.evil.example."})
    EXPECT_FALSE(is_allowed_origin(page, "127.0.0.1:8765", {{}, {}, true})) << page;
}

TEST(Origin, PagesFromFilesMayBeAllowed) {
  EXPECT_FALSE(is_allowed_origin("file://", "127.0.0.1:8765", {{}, {}, true}));
  EXPECT_TRUE(is_allowed_origin("file://", "127.0.0.1:8765", {{"file://"}, {}, true}));
}

TEST(Origin, ANameThatWasPointedAtLoopbackIsNotTheSameHost) {
  EXPECT_FALSE(is_allowed_origin("http://evil.example:8765", "evil.example:8765", {{}, {}, true}));
}

TEST(Origin, TheGatewaysOwnNamesAreTheSameHostWithAnySchemeAndPort) {
  const OriginRule behind_a_proxy{{}, {"gw.example.com"}, true};
  for (const char* page : {"http://gw.example.com", "https://GW.example.com:8443", "https://gw.example.com."})
    EXPECT_TRUE(is_allowed_origin(page, "127.0.0.1:8765", behind_a_proxy)) << page;
  for (const char* page : {"https://desk.example.com", "https://gw.example.com.evil.example", "null"})
    EXPECT_FALSE(is_allowed_origin(page, "gw.example.com", behind_a_proxy)) << page;
}

TEST(Origin, APortThatTheSchemeHasAnyhowDoesNotCount) {
  EXPECT_TRUE(is_allowed_origin("https://desk.example:443", "x", {{"https://desk.example"}, {}, true}));
}

TEST(Origin, ARefusedOriginCanBeAllowedByWhatIsShown) {
  using testing::ElementsAre;
  EXPECT_THAT(
      ways_to_allow("https://Desk.example:8443", "gw.example"),
      ElementsAre("server: {allowed_origins: [\"https://desk.example:8443\"]}", "server: {names: [\"desk.example\"]}"));
  EXPECT_THAT(ways_to_allow("http://gw.example", "gw.example:8765"), ElementsAre("server: {names: [\"gw.example\"]}"));
  EXPECT_THAT(ways_to_allow("file://", "gw.example"), ElementsAre("server: {allowed_origins: [\"file://\"]}"));
  for (const char* none : {"null", "", "https://a\"b", "https://*.example", "http://gw.example..", "http://gw..example",
                           "http://.gw.example"})
    EXPECT_THAT(ways_to_allow(none, "gw.example"), ElementsAre()) << none;
}

class Slots : public testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level::error); }
  std::shared_ptr<Admission> admission_ = std::make_shared<Admission>();
};

TEST_F(Slots, EachLimitKeepsOutWhatPassesItAndLetsInAgain) {
  admission_->set_limits({4, 2, 3});
  auto a = admission_->enter("10.0.0.1");
  auto b = admission_->enter("10.0.0.1");
  EXPECT_EQ(a->refusal(), Refusal::none);
  EXPECT_EQ(admission_->enter("10.0.0.1")->refusal(), Refusal::per_address);
  auto c = admission_->enter("10.0.0.2");
  EXPECT_NE(a->number(), b->number());
  a->authenticated(1);
  a->authenticated(1);
  auto d = admission_->enter("10.0.0.3");
  EXPECT_EQ(d->refusal(), Refusal::none);
  EXPECT_EQ(admission_->enter("10.0.0.4")->refusal(), Refusal::connections);
  b.reset();
  EXPECT_EQ(admission_->enter("10.0.0.1")->refusal(), Refusal::none);
}

TEST_F(Slots, TheUnauthenticatedClientThatHasWaitedLongestIsEvictedForANewOne) {
  admission_->set_limits({10, 10, 2});
  std::string gone;
  const auto enter = [&](const char* name) {
    auto slot = admission_->enter("10.0.0.1");
    EXPECT_EQ(slot->refusal(), Refusal::none);
    slot->on_evict([&gone, name] { gone += name; });
    return slot;
  };
  const auto a = enter("a");
  auto b = enter("b");
  const auto c = enter("c");
  EXPECT_EQ(gone, "a");
  b->authenticated(1);
  const auto d = enter("d");
  EXPECT_EQ(gone, "a");
  const auto e = enter("e");
  EXPECT_EQ(gone, "ac");
  const auto undecided = admission_->enter("10.0.0.2");
  EXPECT_EQ(gone, "acd");
  const auto f = enter("f");
  EXPECT_EQ(gone, "acde");
  const auto g = enter("g");
  undecided->on_evict([&gone] { gone += "late"; });
  EXPECT_EQ(gone, "acdelate") << "decided before it could be told";
}

TEST_F(Slots, ThoseOfOneKeyShareARate) {
  const auto a = admission_->enter("10.0.0.1");
  const auto b = admission_->enter("10.0.0.2");
  const auto rate = a->authenticated(1);
  EXPECT_NE(b->authenticated(2), rate);
  EXPECT_EQ(admission_->enter("10.0.0.2")->authenticated(1), rate);
}

TEST_F(Slots, ThoseThatAreToldWhyAreBoundedToo) {
  admission_->set_limits({1, 1, 1});
  const auto in = admission_->enter("10.0.0.1");
  std::vector<std::shared_ptr<ConnectionSlot>> refused;
  for (;;) {
    auto slot = admission_->enter("10.0.0.2");
    if (slot == nullptr) break;
    ASSERT_EQ(slot->refusal(), Refusal::connections);
    refused.push_back(std::move(slot));
    ASSERT_LT(refused.size(), 1000U);
  }
  refused.pop_back();
  EXPECT_NE(admission_->enter("10.0.0.2"), nullptr);
}

TEST_F(Slots, WhatComesThroughATrustedProxyCountsByTheAddressOfTheClient) {
  admission_->set_limits({10, 1, 10, {parse_network("10.0.0.0/8").value()}});
  const auto one = admission_->enter("10.0.0.1");
  const auto two = admission_->enter("10.0.0.1");
  const auto three = admission_->enter("10.0.0.1");
  EXPECT_TRUE(one->is_from_proxy());
  one->arrived("203.0.113.9");
  EXPECT_FALSE(one->is_from_proxy());
  two->arrived("203.0.113.10");
  EXPECT_EQ(two->refusal(), Refusal::none);
  three->arrived("203.0.113.9");
  EXPECT_EQ(three->refusal(), Refusal::per_address);
  EXPECT_EQ(admission_->enter("203.0.113.9")->refusal(), Refusal::per_address) << "it comes without the proxy too";
  EXPECT_FALSE(admission_->enter("192.0.2.1")->is_from_proxy());
}

TEST_F(Slots, ARefusedClientBehindAProxyMakesRoomWhenItGoes) {
  admission_->set_limits({2, 1, 10, {parse_network("10.0.0.0/8").value()}});
  auto one = admission_->enter("10.0.0.1");
  one->arrived("203.0.113.9");
  auto two = admission_->enter("10.0.0.1");
  two->arrived("203.0.113.9");
  EXPECT_EQ(two->refusal(), Refusal::per_address);
  EXPECT_EQ(admission_->enter("192.0.2.1")->refusal(), Refusal::none) << "a refused one takes no place";
  one.reset();
  two.reset();
  auto again = admission_->enter("10.0.0.1");
  again->arrived("203.0.113.9");
  EXPECT_EQ(again->refusal(), Refusal::none);
}

}  // namespace
}  // namespace gw::admission
