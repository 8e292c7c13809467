// What the gateway offers to an adapter: settings, capabilities, digests, timers and clocks.
#include <array>

#include "adapter_fixture.hpp"
#include "core/base/clock.hpp"
#include "core/base/text.hpp"

namespace gw::plugin_host {
namespace {

class AdapterHost : public AdapterTest {
 protected:
  std::pair<bgw_status, std::string> setting(const char* key, std::size_t capacity = 64) const {
    std::string buffer(capacity, '#');
    std::size_t length = 1234;
    const bgw_status status = host().setting(host().context, key, buffer.data(), buffer.size(), &length, nullptr);
    if (status != BGW_OK) return {status, std::to_string(length)};
    EXPECT_EQ(buffer.at(length), '\0');
    return {status, buffer.substr(0, length)};
  }
  std::pair<bgw_status, std::vector<std::int64_t>> integers(const char* key, std::size_t capacity = 4) const {
    std::vector<std::int64_t> values(capacity);
    std::size_t count = 1234;
    const bgw_status status = host().setting_integers(host().context, key, values.data(), capacity, &count, nullptr);
    if (status != BGW_OK) return {status, {static_cast<std::int64_t>(count)}};
    values.resize(count);
    return {status, values};
  }
  bgw_status narrow(std::vector<bgw_capability> list) const {
    return host().set_capabilities(host().context, list.data(), static_cast<std::uint32_t>(list.size()), nullptr);
  }
  void prepare() {
    make();
    ASSERT_TRUE(link_->prepare());
  }
};

TEST_F(AdapterHost, SettingsOfEveryTypeReachThePlugin) {
  using Texts = std::pair<bgw_status, std::string>;
  using Numbers = std::pair<bgw_status, std::vector<std::int64_t>>;
  options_.settings = {
      {"text", "a b", {}, false, false},
      {"integer", "-7", {}, false, false},
      {"number", "0.5", {}, false, false},
      {"boolean", "true", {}, false, false},
      {"duration", "5000000000", {}, false, false},
      {"integers", "[5, 20]", {5, 20}, false, false},
      {"empty", "", {}, false, false},
      {"secret", "s3cret", {}, true, false},
      {"missing", "", {}, false, true},
      {"missing_secret", "", {}, true, true},
  };
  prepare();
  EXPECT_EQ(setting("text"), Texts(BGW_OK, "a b"));
  EXPECT_EQ(setting("integer"), Texts(BGW_OK, "-7"));
  EXPECT_EQ(setting("number"), Texts(BGW_OK, "0.5"));
  EXPECT_EQ(setting("boolean"), Texts(BGW_OK, "true"));
  EXPECT_EQ(setting("duration"), Texts(BGW_OK, "5000000000"));
  EXPECT_EQ(setting("secret"), Texts(BGW_OK, "s3cret"));
  EXPECT_EQ(setting("empty"), Texts(BGW_OK, ""));
  EXPECT_EQ(setting("unknown"), Texts(BGW_E_NOT_FOUND, "0"));
  EXPECT_EQ(setting("missing"), Texts(BGW_E_NOT_FOUND, "0"));
  EXPECT_EQ(setting("missing_secret"), Texts(BGW_E_AUTH, "0"));
  EXPECT_EQ(setting("text", 4), Texts(BGW_OK, "a b"));
  EXPECT_EQ(setting("text", 3), Texts(BGW_E_TOO_SMALL, "3"));  // no room for the NUL
  EXPECT_EQ(integers("integers"), Numbers(BGW_OK, {5, 20}));
  EXPECT_EQ(integers("integers", 1), Numbers(BGW_E_TOO_SMALL, {2}));
  EXPECT_EQ(integers("unknown"), Numbers(BGW_E_NOT_FOUND, {0}));
}

TEST_F(AdapterHost, CapabilitiesAreThoseOfTheDescriptorWhenNobodyNarrowsThem) {
  prepare();
  EXPECT_TRUE(link_->capabilities().is_depth_supported("NSE", 20));
  EXPECT_TRUE(link_->capabilities().has_exchange("NSE_INDEX"));
}

TEST_F(AdapterHost, CapabilitiesMayBeNarrowedInInitialize) {
  plugin_->initialize = [this](bgw_error&) { return narrow({{"NSE", 5, BGW_FEED_SNAPSHOT, 1, {5}, 0}}); };
  prepare();
  EXPECT_FALSE(link_->capabilities().is_depth_supported("NSE", 20));
  EXPECT_FALSE(link_->capabilities().supports_mode("NSE", BGW_MODE_QUOTE));
  EXPECT_FALSE(link_->capabilities().has_exchange("NSE_INDEX"));
}

TEST_F(AdapterHost, CapabilitiesAreNeverWidened) {
  std::vector<bgw_status> answers;
  plugin_->initialize = [&](bgw_error&) {
    answers = {narrow({{"BSE", 1, BGW_FEED_SNAPSHOT, 0, {}, 0}}),
               narrow({{"NSE_INDEX", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0}}),
               narrow({{"NSE", 7, BGW_FEED_SNAPSHOT, 3, {5, 20, 50}, 0}})};
    return BGW_OK;
  };
  prepare();
  EXPECT_EQ(answers, (std::vector<bgw_status>{BGW_E_INVALID, BGW_E_INVALID, BGW_E_INVALID}));
  EXPECT_EQ(link_->capabilities().exchanges(), (std::vector<std::string>{"NSE", "NSE_INDEX"}));
}

TEST_F(AdapterHost, CapabilitiesAreFixedAfterInitialize) {
  start_connected();
  EXPECT_EQ(narrow({{"NSE", 1, BGW_FEED_SNAPSHOT, 0, {}, 0}}), BGW_E_STATE);
  EXPECT_TRUE(link_->capabilities().is_depth_supported("NSE", 20));
}

TEST_F(AdapterHost, ANewObjectNarrowsAnew) {
  plugin_->initialize = [this](bgw_error&) { return narrow({{"NSE", 1, BGW_FEED_SNAPSHOT, 0, {}, 0}}); };
  start_connected();
  plugin_->initialize = [this](bgw_error&) { return narrow({{"NSE", 3, BGW_FEED_SNAPSHOT, 0, {}, 0}}); };
  link_->relogin({});
  EXPECT_TRUE(link_->capabilities().supports_mode("NSE", BGW_MODE_QUOTE));
}

std::string shown(bgw_status status, const std::array<std::uint8_t, 64>& out, std::size_t size) {
  return status == BGW_OK ? hex(std::span(out).first(size)) : std::to_string(status);
}

// FIPS 180, "abc"; RFC 2202 and RFC 4231, case 2.
TEST_F(AdapterHost, DigestsMatchTheirStandards) {
  prepare();
  const auto digest = [this](std::uint32_t algorithm, std::string_view data, std::size_t size) {
    std::array<std::uint8_t, 64> out{};
    return shown(host().digest(host().context, algorithm, data.data(), data.size(), out.data(), nullptr), out, size);
  };
  EXPECT_EQ(digest(BGW_DIGEST_SHA1, "abc", 20), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(digest(BGW_DIGEST_SHA256, "abc", 32), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest(BGW_DIGEST_SHA512, "abc", 64),
            "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
            "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
  EXPECT_EQ(digest(BGW_DIGEST_SHA256, {}, 32), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest(4, "abc", 0), std::to_string(BGW_E_INVALID));
}

TEST_F(AdapterHost, HmacsMatchTheirStandards) {
  prepare();
  const auto hmac = [this](std::uint32_t algorithm, std::string_view key, std::string_view data, std::size_t size) {
    std::array<std::uint8_t, 64> out{};
    return shown(
        host().hmac(host().context, algorithm, key.data(), key.size(), data.data(), data.size(), out.data(), nullptr),
        out, size);
  };
  const std::string_view data = "what do ya want for nothing?";
  EXPECT_EQ(hmac(BGW_DIGEST_SHA1, "Jefe", data, 20), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac(BGW_DIGEST_SHA256, "Jefe", data, 32),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(BGW_DIGEST_SHA512, "Jefe", data, 64),
            "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
            "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
  EXPECT_EQ(hmac(BGW_DIGEST_SHA256, {}, {}, 32), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
  EXPECT_EQ(hmac(0, "Jefe", data, 0), std::to_string(BGW_E_INVALID));
}

TEST_F(AdapterHost, ATimerFiresOnceAndIsReplacedOrCancelledByItsNumber) {
  start_connected();
  host().timer(host().context, 1, 0, nullptr);
  host().timer(host().context, 1, 3'600'000'000'000, nullptr);  // replaced: not in this test's time
  host().timer(host().context, 2, 0, nullptr);
  host().timer(host().context, 2, -1, nullptr);
  host().timer(host().context, 3, 0, nullptr);
  host().timer(host().context, 3, 0, nullptr);
  run_until([this] { return plugin_->count("on_timer 3") == 1; });
  settle();
  EXPECT_EQ(plugin_->take_calls(), (std::vector<std::string>{"on_timer 3"}));
}

TEST_F(AdapterHost, ATimerMayBeSetFromItsOwnCall) {
  start_connected();
  plugin_->on_timer = [this](bgw_error&) { return host().timer(host().context, 1, 0, nullptr); };
  host().timer(host().context, 1, 0, nullptr);
  run_until([this] { return plugin_->count("on_timer 1") == 3; });
  EXPECT_FALSE(plugin_->overlapped);
}

TEST_F(AdapterHost, ClocksAndTheRestAreThere) {
  prepare();
  EXPECT_EQ(host().size, sizeof(bgw_host));
  EXPECT_EQ(host().abi_minor, BGW_ABI_MINOR);
  const std::int64_t before = wall_ns();
  EXPECT_GE(host().now_ns(host().context), before);
  const std::int64_t first = host().monotonic_ns(host().context);
  EXPECT_GE(host().monotonic_ns(host().context), first);
  EXPECT_EQ(host().get_extension(host().context, "unknown/1"), nullptr);
  for (const std::int32_t level : {-5, 0, 3, 99}) host().log(host().context, level, "hello", 5);
}

}  // namespace
}  // namespace gw::plugin_host
