// What plugins' own tests lean on: bgw/testing/fake_host.hpp and parse_instruments.hpp, and bgw/refusal.hpp for answers
// to HTTP requests.
#include "bgw/testing/fake_host.hpp"

#include <gmock/gmock.h>

#include "bgw/refusal.hpp"
#include "bgw/testing/parse_instruments.hpp"

namespace {

using bgw::testing::FakeHost;
using testing::ElementsAre;
using testing::HasSubstr;

class Adapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;
  void connect() override {}
  void disconnect() override {}
  void subscribe(std::span<const bgw_subscription>) override {}
  void unsubscribe(std::span<const std::uint32_t>) override {}
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte>) override { return BGW_OK; }

  using BaseBrokerAdapter::http_request;
  using BaseBrokerAdapter::send_text;
  using BaseBrokerAdapter::set_limits;
  using BaseBrokerAdapter::setting;
  using BaseBrokerAdapter::setting_integers;
};

class FakeHostTest : public testing::Test {
 protected:
  FakeHost host_;
  Adapter adapter_{host_.table};
};

TEST_F(FakeHostTest, HasSettingsListsAndMissingSecrets) {
  host_.settings["url"] = "ws://here";
  for (std::int64_t i = 0; i < 100; ++i) host_.integers["levels"].push_back(i);
  host_.missing_secrets.insert("token");
  EXPECT_EQ(adapter_.setting("url"), "ws://here");
  EXPECT_EQ(adapter_.setting("other"), std::nullopt);
  EXPECT_EQ(adapter_.setting_integers("levels"), host_.integers["levels"]);
  EXPECT_TRUE(adapter_.setting_integers("other").empty());
  try {
    adapter_.setting("token");
    FAIL() << "a missing secret was read";
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_AUTH);
  }
}

TEST_F(FakeHostTest, EveryFunctionOfTheContractIsThere) {
  const char* bytes = reinterpret_cast<const char*>(&host_.table);
  for (std::size_t at = offsetof(bgw_host, publish); at < offsetof(bgw_host, max_levels); at += sizeof(void*)) {
    void* function = nullptr;
    std::memcpy(&function, bytes + at, sizeof function);
    EXPECT_NE(function, nullptr) << "at " << at;
  }
}

TEST_F(FakeHostTest, SaysThatItMakesNoDigests) {
  std::uint8_t out[64];
  bgw_error error{};
  EXPECT_EQ(host_.table.digest(&host_, BGW_DIGEST_SHA256, "", 0, out, &error), BGW_E_UNSUPPORTED);
  EXPECT_THAT(error.message, HasSubstr("FakeHost"));
  EXPECT_EQ(host_.table.hmac(&host_, BGW_DIGEST_SHA256, "", 0, "", 0, out, nullptr), BGW_E_UNSUPPORTED);
}

TEST_F(FakeHostTest, KeepsCopiesOfTheListsOfLimits) {
  for (std::uint32_t level : {20u, 200u}) {
    std::vector<bgw_depth_limit> depths{{level, 50, 1, 0}};
    std::vector<bgw_connection_class> classes(level == 20 ? 0 : 2);
    for (bgw_connection_class& c : classes) c.instruments = level;
    bgw_limits limits{};
    limits.depth_limit_count = 1;
    limits.depth_limits = depths.data();
    limits.class_count = static_cast<std::uint32_t>(classes.size());
    limits.classes = classes.data();
    adapter_.set_limits(limits);
    depths[0].depth_level = 0;
    for (bgw_connection_class& c : classes) c.instruments = 0;
  }
  ASSERT_EQ(host_.limits.size(), 2u);
  EXPECT_EQ(host_.limits[0].depth_limits->depth_level, 20u);
  EXPECT_EQ(host_.limits[0].classes, nullptr);
  EXPECT_EQ(host_.limits[1].depth_limits->depth_level, 200u);
  EXPECT_EQ(host_.limits[1].classes[1].instruments, 200u);
}

TEST_F(FakeHostTest, WritesDownTheBoundsOfHttpRequests) {
  EXPECT_EQ(
      adapter_.http_request(
          {.method = "POST", .url = "https://x/", .body = "b", .timeout_ns = 5, .max_response = 6, .max_redirects = 7}),
      1u);
  ASSERT_EQ(host_.requests.size(), 1u);
  EXPECT_EQ(host_.requests[0].body, "b");
  EXPECT_EQ(host_.requests[0].timeout_ns, 5);
  EXPECT_EQ(host_.requests[0].max_response, 6u);
  EXPECT_EQ(host_.requests[0].max_redirects, 7u);
}

TEST_F(FakeHostTest, SaysWhyAMessageCannotBeSent) {
  try {
    adapter_.send_text(3, "hello");
    FAIL() << "a message was sent on no connection";
  } catch (const bgw::Error& e) {
    EXPECT_EQ(e.code, BGW_E_NOT_FOUND);
    EXPECT_THAT(e.what(), HasSubstr("no such connection"));
  }
}

// ---- parse_instruments.hpp

bgw_status two_rows(const bgw_instrument_sink* sink, bgw_error*) {
  bgw_instrument row{};
  row.size = sizeof row;
  row.symbol = "COIN";
  row.exchange = "SPOT";
  row.token = "coin";
  row.tick_size = 5;
  row.price_exponent = -13;
  row.quantity_exponent = -8;
  sink->row(sink->context, &row);
  row.symbol = "SHARE";
  row.place = 7;
  row.name = "A Share";
  row.exchange_number = "1234";
  row.lot_size = 25;
  row.price_exponent = 0;
  sink->row(sink->context, &row);
  sink->skip(sink->context, 8, nullptr);
  return BGW_OK;
}

TEST(ParsedInstrumentsTest, HasAllThatEachRowSays) {
  const bgw_instruments extension{sizeof extension, 0, nullptr, two_rows, nullptr, nullptr, nullptr, nullptr, nullptr};
  const auto parsed = bgw::testing::builtin_instruments(extension);
  EXPECT_EQ(parsed.status, BGW_OK);
  EXPECT_THAT(parsed.rows, ElementsAre("COIN.SPOT coin", "SHARE.SPOT coin"));
  EXPECT_THAT(parsed.skips, ElementsAre("8: "));
  ASSERT_EQ(parsed.whole.size(), 2u);
  EXPECT_EQ(parsed.whole[0].price_exponent, -13);
  EXPECT_EQ(parsed.whole[0].quantity_exponent, -8);
  EXPECT_EQ(parsed.whole[0].tick_size, 5);
  EXPECT_EQ(parsed.whole[0].name, "");
  EXPECT_EQ(parsed.whole[0].exchange_number, "");
  EXPECT_EQ(parsed.whole[1].place, 7u);
  EXPECT_EQ(parsed.whole[1].name, "A Share");
  EXPECT_EQ(parsed.whole[1].exchange_number, "1234");
  EXPECT_EQ(parsed.whole[1].lot_size, 25);
  EXPECT_EQ(parsed.whole[1].price_exponent, 0);
  EXPECT_EQ(parsed.last_texts, "||A Share||");
}

// ---- refusal.hpp for HTTP answers

TEST(HttpRefusal, IsReadAsARefusedUpgradeIs) {
  const bgw_header headers[] = {{"retry-after", "30"}};
  const bgw::HttpResponse blocked{.status = 403, .body = "<title>Blocked</title>"};
  EXPECT_EQ(bgw::status_and_words(blocked), "HTTP 403 says: Blocked");
  EXPECT_EQ(bgw::status_and_words(blocked, "not here"), "HTTP 403 says: not here");
  EXPECT_EQ(bgw::unproved_refusal(blocked).code, BGW_E_REFUSED);
  const bgw::HttpResponse busy{.status = 503, .headers = headers};
  EXPECT_EQ(bgw::retry_after_ns(busy, 0, 0), 30'000'000'000);
  const bgw::Error error = bgw::server_error(busy, "Acme", 0);
  EXPECT_EQ(error.code, BGW_E_RATE);
  EXPECT_EQ(error.retry_after_ns, 30'000'000'000);
  EXPECT_STREQ(error.what(), "Acme is not available (HTTP 503)");
}

TEST(HttpRefusal, WithoutAnAnswerTheReasonIsTold) {
  const bgw::HttpResponse none{.error = "no route to host"};
  EXPECT_EQ(bgw::status_and_words(none), "no answer: no route to host");
  EXPECT_EQ(bgw::unproved_refusal(none).code, BGW_E_TRANSIENT);
  EXPECT_STREQ(bgw::server_error(none, "Acme", 0).what(), "Acme is not available (no answer: no route to host)");
}

}  // namespace
