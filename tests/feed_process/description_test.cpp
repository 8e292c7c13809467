// What a plugin's file declares, through the bytes that its process says: all of it comes, and nothing else passes.
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/feed_process/described_library.hpp"
#include "core/registry/limits.hpp"

namespace gw::feed_process {
namespace {

std::string text_of(const char* text) { return text == nullptr ? "(none)" : text; }

std::vector<std::string> names_in(const char* const* list) {
  std::vector<std::string> names;
  for (; *list != nullptr; ++list) names.emplace_back(*list);
  return names;
}

class DescriptionOf : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto copy = plugin_host::LibraryCopy::make(std::string(GW_PLUGINS "/") + GetParam() + ".so");
    ASSERT_TRUE(copy) << copy.error().message;
    copy_ = *copy;
    auto loaded = plugin_host::load_copy(*copy_);
    ASSERT_TRUE(loaded) << loaded.error().message;
    loaded_ = *loaded;
    bytes_ = describe(loaded_);
  }

  std::shared_ptr<plugin_host::LibraryCopy> copy_;
  Brokers loaded_;
  std::string bytes_;
};

TEST_P(DescriptionOf, HasAllThatTheDescriptorSays) {
  const auto taken = take_brokers(copy_, bytes_);
  ASSERT_TRUE(taken) << taken.error().message;
  ASSERT_EQ(taken->size(), loaded_.size());
  const bgw_plugin_descriptor& is = taken->front()->descriptor();
  const bgw_plugin_descriptor& was = loaded_.front()->descriptor();
  EXPECT_EQ(taken->front()->path(), loaded_.front()->path());
  EXPECT_FALSE(taken->front()->is_loaded());
  for (const auto text : {&bgw_plugin_descriptor::broker, &bgw_plugin_descriptor::version,
                          &bgw_plugin_descriptor::vendor, &bgw_plugin_descriptor::build_tag})
    EXPECT_STREQ(is.*text, was.*text);
  EXPECT_EQ(is.flags, was.flags);
  ASSERT_EQ(is.capability_count, was.capability_count);
  EXPECT_EQ(std::memcmp(is.capabilities, was.capabilities, was.capability_count * sizeof(bgw_capability)), 0);
  ASSERT_EQ(is.setting_count, was.setting_count);
  for (std::uint32_t i = 0; i < was.setting_count; ++i) {
    const bgw_setting& setting = is.settings[i];
    const bgw_setting& expected = was.settings[i];
    EXPECT_STREQ(setting.name, expected.name);
    EXPECT_EQ(setting.type, expected.type);
    EXPECT_EQ(setting.flags, expected.flags);
    EXPECT_EQ(text_of(setting.default_value), text_of(expected.default_value));
    EXPECT_EQ(text_of(setting.help), text_of(expected.help));
  }
  EXPECT_EQ(registry::Limits(*is.limits), registry::Limits(*was.limits));
}

TEST_P(DescriptionOf, HasItsTables) {
  const auto taken = take_brokers(copy_, bytes_);
  ASSERT_TRUE(taken) << taken.error().message;
  const bgw_instruments* list = taken->front()->instruments();
  const bgw_instruments* loaded_list = loaded_.front()->instruments();
  ASSERT_EQ(list != nullptr, loaded_list != nullptr);
  if (list != nullptr) {
    for (const auto text : {&bgw_instruments::url, &bgw_instruments::headers, &bgw_instruments::place_word})
      EXPECT_EQ(text_of(list->*text), text_of(loaded_list->*text));
    EXPECT_EQ(list->parse != nullptr, loaded_list->parse != nullptr);
    EXPECT_EQ(list->builtin != nullptr, loaded_list->builtin != nullptr);
    EXPECT_EQ(list->next_page != nullptr, loaded_list->next_page != nullptr);
    EXPECT_EQ(list->judge != nullptr, loaded_list->judge != nullptr);
  }
  const bgw_credentials* credentials = taken->front()->credentials();
  ASSERT_EQ(credentials != nullptr, loaded_.front()->credentials() != nullptr);
  if (credentials != nullptr) {
    EXPECT_STREQ(credentials->url, loaded_.front()->credentials()->url);
  }
  const bgw_login* login = taken->front()->login();
  const bgw_login* loaded_login = loaded_.front()->login();
  ASSERT_EQ(login != nullptr, loaded_login != nullptr);
  if (login != nullptr) {
    EXPECT_EQ(names_in(login->needs), names_in(loaded_login->needs));
    EXPECT_EQ(names_in(login->stores), names_in(loaded_login->stores));
    EXPECT_EQ(login->flags, loaded_login->flags);
    EXPECT_EQ(login->interval_ns, loaded_login->interval_ns);
  }
}

TEST_P(DescriptionOf, ItsFunctionsDoNothingUntilTheFileIsLoadedHere) {
  const auto taken = take_brokers(copy_, bytes_);
  ASSERT_TRUE(taken) << taken.error().message;
  bgw_error error{};
  EXPECT_EQ(taken->front()->descriptor().api->create(nullptr, &error), nullptr);
  EXPECT_EQ(taken->front()->descriptor().api->connect(nullptr, &error), BGW_E_STATE);
  const auto here = load_here(taken->front());
  ASSERT_TRUE(here) << here.error().message;
  EXPECT_TRUE((*here)->is_loaded());
  EXPECT_STREQ((*here)->descriptor().broker, GetParam());
  for (const auto& one : {taken->front(), *here}) {
    const auto again = load_here(one);
    ASSERT_TRUE(again);
    EXPECT_EQ(*again, *here);
  }
}

TEST_P(DescriptionOf, PassesWholeOnly) {
  for (std::size_t size = 0; size < bytes_.size(); ++size)
    EXPECT_FALSE(take_brokers(copy_, std::string_view(bytes_).substr(0, size))) << size;
  EXPECT_FALSE(take_brokers(copy_, bytes_ + '\0'));
}

INSTANTIATE_TEST_SUITE_P(Plugins, DescriptionOf, testing::Values("angel", "bybit", "mock", "zerodha"),
                         [](const auto& plugin) { return std::string(plugin.param); });

}  // namespace
}  // namespace gw::feed_process
