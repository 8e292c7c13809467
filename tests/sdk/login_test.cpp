// What plugins build their logins with: bgw/login.hpp, bgw/totp.hpp, and the kit that runs a login in a test.
#include "bgw/login.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bgw/testing/fake_login_host.hpp"
#include "bgw/totp.hpp"

namespace {

using bgw::testing::FakeLoginHost;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(Digests, AreThoseOfTheStandards) {
  EXPECT_EQ(bgw::hex(bgw::testing::sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(bgw::hex(bgw::testing::sha1(std::string(1'000'000, 'a'))), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  EXPECT_EQ(bgw::hex(bgw::testing::sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(bgw::hex(bgw::testing::sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  // RFC 2202, cases 2 and 6.
  EXPECT_EQ(bgw::hex(bgw::testing::hmac(bgw::testing::sha1, "Jefe", "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(bgw::hex(bgw::testing::hmac(bgw::testing::sha1, std::string(80, '\xaa'),
                                        "Test Using Larger Than Block-Size Key - Hash Key First")),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(Totp, IsThatOfTheRfc) {
  FakeLoginHost fake;
  const bgw::LoginHost host(fake.table);
  const std::string key = "12345678901234567890";  // RFC 6238, appendix B: the last six of its eight digits; the year
                                                   // 2603 is beyond nanoseconds
  for (const auto& [seconds, code] : {std::pair{59LL, "287082"},
                                      {1111111109LL, "081804"},
                                      {1111111111LL, "050471"},
                                      {1234567890LL, "005924"},
                                      {2000000000LL, "279037"}})
    EXPECT_EQ(bgw::totp(host, key, seconds * 1'000'000'000), code) << seconds;
}

TEST(Base32, IsReadAsPeopleCopyIt) {
  const std::string key = "12345678901234567890";
  for (const char* text : {"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojqgezdgnbvgy3tqojq",
                           "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "gezd-gnbv-gy3t-qojq gezdgnbvgy3tqojq  "})
    EXPECT_EQ(bgw::base32_decoded(text), key) << text;
  // RFC 4648, section 10, with and without padding.
  for (const auto& [text, bytes] : {std::pair{"MY======", "f"},
                                    {"MY", "f"},
                                    {"MZXQ====", "fo"},
                                    {"MZXW6===", "foo"},
                                    {"MZXW6", "foo"},
                                    {"MZXW6YQ=", "foob"},
                                    {"MZXW6YTB", "fooba"},
                                    {"MZXW6YTBOI======", "foobar"}})
    EXPECT_EQ(bgw::base32_decoded(text), bytes) << text;
  for (const char* bad : {"", " ", "=", "M", "MZX", "MZXW6Y", "MZXW1", "MZXW8", "MZ=XQ", "MZXQ!", "0O", "\xC3\xA9"})
    EXPECT_EQ(bgw::base32_decoded(bad), std::nullopt) << bad;
}

TEST(Answer, IsAnAddressAQueryOrABareToken) {
  for (const char* answer : {"token=r&status=success", "?token=r", "https://127.0.0.1/path?status=success&token=r",
                             "http://a/?x=token&token=r#token=z", "token=r#"})
    EXPECT_EQ(bgw::value_in_answer(answer, "token"), "r") << answer;
  EXPECT_EQ(bgw::value_in_answer("token=a%2Bb%3d+c%2&x=1", "token"), "a+b= c%2");
  EXPECT_EQ(bgw::value_in_answer("token=&x", "token"), "");
  for (const char* answer : {"", "r", "my_token=r", "token", "tokens=r", "#token=r", "&&&"})
    EXPECT_EQ(bgw::value_in_answer(answer, "token"), std::nullopt) << answer;
  EXPECT_TRUE(bgw::is_bare_token("aB3-_"));
  for (const char* answer : {"", "a=b", "https://x", "a b", "x?", "a&b"})
    EXPECT_FALSE(bgw::is_bare_token(answer)) << answer;
}

TEST(PercentEncoding, LeavesWhatIsPlain) {
  EXPECT_EQ(bgw::percent_encoded("aZ09-._~ +&=/\xC3\xA9"), "aZ09-._~%20%2b%26%3d%2f%c3%a9");
}

struct PageLogin {
  static constexpr const char* needs[] = {"api_key", nullptr};
  static constexpr const char* stores[] = {"access_token", nullptr};
  static constexpr std::int64_t interval_ns = 7;
  static std::string page(const bgw::LoginHost& host) { return "https://acme.example/?key=" + host.needed("api_key"); }
  static void run(const bgw::LoginHost& host, std::string_view answer) {
    const auto said = host.http(
        {.method = "POST", .url = "https://acme.example/token", .headers = {{"A", "1"}}, .body = std::string(answer)});
    if (said.status == 429) throw bgw::Error(BGW_E_RATE, "too often", 5);
    if (said.header("kind") == "odd") throw std::runtime_error("odd");
    host.store("access_token", std::string(said.body));
  }
};
struct AloneLogin {
  static constexpr const char* needs[] = {nullptr};
  static constexpr const char* stores[] = {"access_token", nullptr};
  static constexpr std::int64_t interval_ns = 0;
  static void run(const bgw::LoginHost&, std::string_view) {}
};

TEST(LoginExtension, SaysWhetherAPersonIsNeeded) {
  const bgw_login& by_page = *bgw::login_extension<PageLogin>();
  EXPECT_EQ(by_page.size, sizeof by_page);
  EXPECT_EQ(by_page.flags, std::uint32_t{BGW_LOGIN_BY_PAGE});
  EXPECT_EQ(by_page.interval_ns, 7);
  EXPECT_STREQ(by_page.needs[0], "api_key");
  EXPECT_EQ(by_page.stores[1], nullptr);
  const bgw_login& alone = *bgw::login_extension<AloneLogin>();
  EXPECT_EQ(alone.flags, 0U);
  EXPECT_EQ(alone.page, nullptr);
}

TEST(LoginExtension, RunsInTheTestKit) {
  FakeLoginHost host;
  host.settings["api_key"] = std::string(300, 'k');  // longer than the first buffer
  const bgw_login& login = *bgw::login_extension<PageLogin>();
  EXPECT_EQ(host.page(login), "https://acme.example/?key=" + std::string(300, 'k'));
  host.answer(200, "t0ken");
  EXPECT_EQ(host.run(login, "a=b").status, BGW_OK);
  EXPECT_EQ(host.stored["access_token"], "t0ken");
  ASSERT_EQ(host.requests.size(), 1U);
  EXPECT_EQ(host.requests[0].body, "a=b");
  EXPECT_THAT(host.requests[0].headers, ElementsAre("A: 1"));
}

TEST(LoginExtension, TurnsWhatIsThrownIntoAStatus) {
  FakeLoginHost host;
  const bgw_login& login = *bgw::login_extension<PageLogin>();
  EXPECT_EQ(host.page(login), "api_key is missing");
  host.answer(429, "");
  host.answer(200, "", {{"Kind", "odd"}});
  const auto rate = host.run(login);
  EXPECT_EQ(rate.status, BGW_E_RATE);
  EXPECT_EQ(rate.retry_after_ns, 5);
  const auto odd = host.run(login);
  EXPECT_EQ(odd.status, BGW_E_EXCEPTION);
  EXPECT_THAT(odd.message, HasSubstr("odd"));
  const auto none = host.run(login);
  EXPECT_EQ(none.status, BGW_E_TRANSIENT);
  EXPECT_THAT(none.message, StartsWith("no answer"));
  EXPECT_TRUE(host.stored.empty());
}

}  // namespace
