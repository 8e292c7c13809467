#include "apps/gateway/web_address.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace gw::app {
namespace {

using testing::ElementsAre;

bgw_instruments templates(const char* url, const char* headers) {
  bgw_instruments all{};
  all.size = sizeof all;
  all.url = url;
  all.headers = headers;
  return all;
}

const std::vector<plugin_host::AdapterSetting> kSettings = {{"list_url", "https://x/list", {}, false, false},
                                                            {"key", "k{token}", {}, false, false},
                                                            {"token", "", {}, true, true}};

TEST(WebAddress, PutsTheValuesOfSettingsIntoUrlAndHeaders) {
  const auto address =
      web_address(templates("{list_url}?of={key}&json={}&{Key}{", "X-Version: 3\nX-Key: {key}:{list_url}"), kSettings);
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->url, "https://x/list?of=k{token}&json={}&{Key}{") << "a value is no template";
  EXPECT_THAT(address->headers, ElementsAre("X-Version: 3", "X-Key: k{token}:https://x/list"));
}

TEST(WebAddress, AHeaderWhoseSettingIsMissingIsLeftOut) {
  const auto address = web_address(templates("https://x/", "A: {token}\nB: {key}\n\nC: {unheard_of}\n"), kSettings);
  ASSERT_TRUE(address);
  EXPECT_THAT(address->headers, ElementsAre("B: k{token}"));
}

TEST(WebAddress, AUrlWhoseSettingIsMissingIsAnErrorThatNamesIt) {
  for (const char* name : {"token", "unheard_of"}) {
    const auto address = web_address(templates((std::string("https://x/{") + name + "}").c_str(), nullptr), kSettings);
    ASSERT_FALSE(address);
    EXPECT_EQ(
        address.error().message,
        std::string("setting ") + name + ": found nothing, expected a value: the URL of the instrument list needs it");
  }
}

TEST(WebAddress, ThereNeedBeNoHeaders) {
  const auto address = web_address(templates("https://x/", nullptr), kSettings);
  ASSERT_TRUE(address);
  EXPECT_THAT(address->headers, ElementsAre());
}

TEST(WebAddress, OfTheRequestForCredentialsIsMadeInTheSameWay) {
  bgw_credentials extension{};
  extension.size = sizeof extension;
  extension.url = "{list_url}/profile";
  extension.headers = "X-Version: 3\nAuthorization: {key}";
  const auto address = web_address(extension, kSettings);
  ASSERT_TRUE(address) << address.error().message;
  EXPECT_EQ(address->url, "https://x/list/profile");
  EXPECT_THAT(address->headers, ElementsAre("X-Version: 3", "Authorization: k{token}"));
  extension.url = "{token}/profile";
  EXPECT_EQ(web_address(extension, kSettings).error().message,
            "setting token: found nothing, expected a value: the URL of the account needs it");
}

}  // namespace
}  // namespace gw::app
