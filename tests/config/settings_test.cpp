#include "core/config/settings.hpp"

#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/support.hpp"

namespace gw::config {
namespace {

namespace fs = std::filesystem;

using testing::ElementsAre;
using testing::EndsWith;

const std::vector<SettingRule> kRules = {
    {"api_key", SettingType::text, true, false, std::nullopt},
    {"access_token", SettingType::text, true, true, std::nullopt},
    {"session", SettingType::text, false, true, std::nullopt},
    {"url", SettingType::text, false, false, std::nullopt},
    {"seed", SettingType::integer, false, false, "1"},
    {"rate", SettingType::number, false, false, "0.5"},
    {"strict", SettingType::boolean, false, false, "true"},
    {"poll", SettingType::duration, false, false, "30s"},
    {"depth_levels", SettingType::integers, false, false, "[5, 20]"},
};

const std::vector<SettingRule> kAddressRules = {
    {"feed", SettingType::websocket_url, false, false, std::nullopt},
    {"api", SettingType::web_url, false, false, std::nullopt},
};

Broker broker_with(const std::string& settings, const std::filesystem::path& folder = "/etc/gw") {
  const Loaded loaded = load_text("brokers:\n  x:\n    settings: {" + settings + "}\n", "g.yaml", folder);
  for (const Problem& p : loaded.problems) ADD_FAILURE() << p.text();
  return loaded.config.brokers.at(0);
}

std::vector<std::string> setting_problems(const std::string& settings) {
  std::vector<std::string> out;
  for (const Problem& p : check_settings(broker_with(settings), "g.yaml", kRules)) out.push_back(p.text());
  return out;
}

constexpr const char* kGood = "api_key: k, access_token: '${env:GW_TEST_TOKEN}'";

std::string good_and(const std::string& more) { return std::string(kGood) + ", " + more; }

const ResolvedSetting* find(const std::vector<ResolvedSetting>& all, const std::string& key) {
  for (const ResolvedSetting& s : all)
    if (s.key == key) return &s;
  return nullptr;
}

TEST(CheckSettings, FindsNothingWrongWithGoodOnes) {
  EXPECT_THAT(setting_problems(kGood), ElementsAre());
  EXPECT_THAT(setting_problems(good_and("url: u, seed: -3, rate: 1e3, strict: false, poll: 500ms, "
                                        "depth_levels: [5]")),
              ElementsAre());
}

TEST(CheckSettings, ReportsAllThatIsWrongWithItsLine) {
  EXPECT_THAT(setting_problems("seed: x,\nrate: fast, strict: yes,\npoll: 30, depth_levels: 5, url: [a]"),
              ElementsAre("g.yaml:3: brokers.x.settings.seed: found x, expected a whole number",
                          "g.yaml:4: brokers.x.settings.rate: found fast, expected a number",
                          "g.yaml:4: brokers.x.settings.strict: found yes, expected true or false",
                          "g.yaml:5: brokers.x.settings.poll: found 30, expected a duration with "
                          "its unit, like 500ms, 30s, 15m or 24h",
                          "g.yaml:5: brokers.x.settings.depth_levels: found one value, expected a "
                          "list of whole numbers, like [5, 20]",
                          "g.yaml:5: brokers.x.settings.url: found a list, expected text",
                          "g.yaml:2: brokers.x.settings.api_key: found nothing, expected text",
                          "g.yaml:2: brokers.x.settings.access_token: found nothing, expected "
                          "${env:NAME}, ${file:PATH} or ${credential:NAME}"));
}

TEST(CheckSettings, AddressesAreThoseThatTheGatewayConnectsTo) {
  const auto problems = [](const std::string& settings) {
    std::vector<std::string> out;
    for (const Problem& p : check_settings(broker_with(settings), "g.yaml", kAddressRules)) out.push_back(p.text());
    return out;
  };
  EXPECT_THAT(problems("feed: 'wss://a.example/x?y=1',\napi: 'http://127.0.0.1:80'"), ElementsAre());
  EXPECT_THAT(problems("feed: 'ws://a.example?key=hidden',\napi: 'https://a.example:0'"),
              ElementsAre("g.yaml:3: brokers.x.settings.feed: found ws://a.example, expected wss://HOST, or ws:// to a "
                          "loopback address",
                          "g.yaml:4: brokers.x.settings.api: found https://a.example:0, expected https://HOST, or "
                          "http:// to a loopback address"));
  EXPECT_THAT(problems("feed: 'https://a.example',\napi: ''"), testing::SizeIs(2));
}

TEST(CheckSettings, SuggestsTheKeyThatWasMeant) {
  EXPECT_THAT(setting_problems(good_and("sed: 1")),
              ElementsAre("g.yaml:3: brokers.x.settings.sed: found an unknown key, expected one of "
                          "api_key, access_token, session, url, seed, rate, strict, poll, "
                          "depth_levels (did you mean 'seed'?)"));
  const auto none = check_settings(broker_with("a: 1"), "g.yaml", {});
  ASSERT_EQ(none.size(), 1U);
  EXPECT_EQ(none[0].text(), "g.yaml:3: brokers.x.settings.a: found an unknown key, expected no settings");
}

TEST(CheckSettings, RefusesASecretOfThePluginsOwnAsPlainText) {
  EXPECT_THAT(setting_problems(good_and("session: hunter2")),
              ElementsAre("g.yaml:3: brokers.x.settings.session: found a secret as plain text, "
                          "expected ${env:NAME}, ${file:PATH} or ${credential:NAME}"));
}

TEST(ResolveSettings, GivesCanonicalTextsAndDefaults) {
  ::setenv("GW_TEST_TOKEN", "secret-token", 1);
  const auto all = resolve_settings(broker_with(good_and("strict: false, poll: 1.5s, depth_levels: [30, 50]")), kRules);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ(find(*all, "api_key")->text, "k");
  EXPECT_EQ(find(*all, "access_token")->text, "secret-token");
  EXPECT_TRUE(find(*all, "access_token")->is_secret);
  EXPECT_EQ(find(*all, "url"), nullptr) << "neither given nor with a default";
  EXPECT_EQ(find(*all, "seed")->text, "1");
  EXPECT_EQ(find(*all, "rate")->text, "0.5");
  EXPECT_EQ(find(*all, "strict")->text, "false");
  EXPECT_EQ(find(*all, "poll")->text, "1500000000");
  EXPECT_THAT(find(*all, "depth_levels")->integers, ElementsAre(30, 50));

  const auto defaults = resolve_settings(broker_with(kGood), kRules);
  ASSERT_TRUE(defaults);
  EXPECT_EQ(find(*defaults, "strict")->text, "true");
  EXPECT_EQ(find(*defaults, "poll")->text, "30000000000");
  EXPECT_THAT(find(*defaults, "depth_levels")->integers, ElementsAre(5, 20));
}

TEST(ResolveSettings, MarksASecretThatLeadsToNothingAsMissing) {
  for (const char* value : {"", static_cast<const char*>(nullptr)}) {
    if (value == nullptr)
      ::unsetenv("GW_TEST_TOKEN");
    else
      ::setenv("GW_TEST_TOKEN", value, 1);
    const auto all = resolve_settings(broker_with(kGood), kRules);
    ASSERT_TRUE(all);
    EXPECT_TRUE(find(*all, "access_token")->is_missing);
    EXPECT_FALSE(find(*all, "api_key")->is_missing);
  }
}

// What is written elsewhere may be a secret, whatever the plugin says; a number is none.
TEST(ResolveSettings, SaysWhichTextsAreNotWrittenInTheFile) {
  ::setenv("GW_TEST_TOKEN", "t", 1);
  ::setenv("GW_TEST_SEED", "7", 1);
  ::setenv("GW_TEST_URL", "ws://127.0.0.1/feed", 1);
  const auto all =
      resolve_settings(broker_with(good_and("seed: '${env:GW_TEST_SEED}', url: '${env:GW_TEST_URL}'")), kRules);
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_TRUE(find(*all, "access_token")->is_reference);
  EXPECT_TRUE(find(*all, "url")->is_reference);
  EXPECT_FALSE(find(*all, "seed")->is_reference);
  EXPECT_FALSE(find(*all, "api_key")->is_reference);
}

TEST(ResolveSettings, RefusesAValueFromOutsideOfTheWrongTypeWithoutShowingIt) {
  ::setenv("GW_TEST_TOKEN", "t", 1);
  ::setenv("GW_TEST_SEED", "hunter2", 1);
  const auto all = resolve_settings(broker_with(good_and("seed: '${env:GW_TEST_SEED}'")), kRules);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "broker x: setting seed: found a value of another type, expected a whole number");
}

TEST(ResolveSettings, NamesTheBrokerAndSettingOfASecretFileThatOthersCanRead) {
  const TemporaryFolder folder;
  folder.write("token", "t", 0644);
  const auto all = resolve_settings(broker_with("api_key: k, access_token: '${file:token}'", folder.path()), kRules);
  ASSERT_FALSE(all);
  EXPECT_EQ(all.error().message, "broker x: setting access_token: secret file " + (folder.path() / "token").string() +
                                     ": others can read it, expected mode 0600 (chmod 600)");
}

TEST(ValueProblems, HaveTheLineAndTheKeyAndOneSentence) {
  const TemporaryFolder folder;
  ::setenv("GW_TEST_SEED", "hunter2", 1);
  folder.write("open", "t", 0644);
  folder.write("two", "one\ntwo\n");
  fs::create_directory(folder.path() / "folder");
  const std::string at = folder.path().string() + '/';
  const auto of = [&](const std::string& settings) {
    std::vector<std::string> texts;
    for (const Problem& problem : value_problems(broker_with(settings, folder.path()), "g.yaml", kRules))
      texts.push_back(problem.text());
    return texts;
  };
  const std::string token = "brokers.x.settings.access_token: found secret file " + at;
  EXPECT_THAT(of("api_key: k, access_token: '${file:open}'"),
              ElementsAre(EndsWith(token + "open: others can read it, expected mode 0600 (chmod 600)")));
  EXPECT_THAT(of("api_key: k, access_token: '${file:two}'"),
              ElementsAre(EndsWith(token + "two: the control character 0x0A as byte 4 (line 1), expected one secret on "
                                           "one line")));
  EXPECT_THAT(of("api_key: k, access_token: '${file:folder}'"),
              ElementsAre(EndsWith(token + "folder: no regular file, expected one")));
  EXPECT_THAT(of("api_key: k,\naccess_token: '${file:missing}',\nseed: '${env:GW_TEST_SEED}'"),
              ElementsAre(EndsWith("brokers.x.settings.seed: found a value of another type in ${env:GW_TEST_SEED}, "
                                   "expected a whole number")));
}

TEST(SecretFile, DropsWhiteSpaceAtTheEndOnly) {
  const TemporaryFolder folder;
  const auto value = read_secret_file(folder.write("s", "  a b\t \r\n\n"));
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, "  a b");
}

TEST(SecretFile, GivesNothingWhenMissingOrEmpty) {
  const TemporaryFolder folder;
  for (const std::string& path : {folder.path().string() + "/missing", folder.write("empty", ""),
                                  folder.write("blank", " \n"), folder.path().string() + "/empty/below"}) {
    const auto value = read_secret_file(path);
    ASSERT_TRUE(value) << path;
    EXPECT_EQ(*value, std::nullopt) << path;
  }
}

TEST(SecretFile, RefusesAnyAccessOfOthers) {
  const TemporaryFolder folder;
  for (const unsigned mode : {0640U, 0604U, 0660U, 0644U})
    EXPECT_FALSE(read_secret_file(folder.write("s" + std::to_string(mode), "x", mode))) << mode;
  for (const unsigned mode : {0600U, 0400U})
    EXPECT_TRUE(read_secret_file(folder.write("s" + std::to_string(mode), "x", mode))) << mode;
}

TEST(SecretFile, RefusesAFileOfAnotherUser) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  const TemporaryFolder folder;
  const std::string file = folder.write("s", "x");
  ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  const auto value = read_secret_file(file);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message,
            "secret file " + file + ": found user 12345 as its owner, expected the user that runs the gateway");
}

TEST(SecretFile, RefusesFoldersAndHugeFiles) {
  const TemporaryFolder folder;
  EXPECT_FALSE(read_secret_file(folder.path().string()));
  EXPECT_FALSE(read_secret_file(folder.write("huge", std::string(70'000, 'x'))));
}

TEST(SecretFile, RefusesControlCharactersAndSaysWhere) {
  const TemporaryFolder folder;
  const std::string file = folder.write("s", "to\r\nken\n");
  const auto value = read_secret_file(file);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message, "secret file " + file +
                                       ": found the control character 0x0D as byte 3 (line 1), expected one secret on "
                                       "one line");
  EXPECT_FALSE(read_secret_file(folder.write("nul", std::string("a\0b", 3))));
  EXPECT_FALSE(read_secret_file(folder.write("delete",
                                             "a\x7f"
                                             "b")));
  EXPECT_FALSE(read_secret_file(folder.write("two", "one\ntwo\n")));
}

TEST(SecretFile, DropsAByteOrderMark) {
  const TemporaryFolder folder;
  const auto value = read_secret_file(folder.write("s", "\xef\xbb\xbftoken\r\n"));
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, "token");
  EXPECT_EQ(read_secret_file(folder.write("only", "\xef\xbb\xbf\n")).value(), std::nullopt);
}

class Credential : public testing::Test {
 protected:
  void SetUp() override { ::setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1); }
  void TearDown() override { ::unsetenv("CREDENTIALS_DIRECTORY"); }

  static Broker broker() { return broker_with("api_key: k, access_token: '${credential:kite_token}'"); }

  const TemporaryFolder folder_;
};

TEST_F(Credential, IsReadAlthoughItBelongsToAnotherUserAndHasTheModeOfAnAccessList) {
  const std::string file = folder_.write("kite_token", "token \n", 0440);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(file.c_str(), 12345, 12345), 0);
  }
  const auto all = resolve_settings(broker(), kRules);
  ASSERT_TRUE(all);
  const auto token =
      std::find_if(all->begin(), all->end(), [](const ResolvedSetting& s) { return s.key == "access_token"; });
  ASSERT_NE(token, all->end());
  EXPECT_EQ(token->text, "token");
  EXPECT_TRUE(token->is_secret);
}

TEST_F(Credential, HasTheSameChecksOfCharactersAsAFile) {
  folder_.write("kite_token", "to\r\nken\n", 0400);
  const auto all = resolve_settings(broker(), kRules);
  ASSERT_FALSE(all);
  EXPECT_THAT(all.error().message, testing::HasSubstr("kite_token: found the control character 0x0D as byte 3"));
}

TEST_F(Credential, IsMissingWhereTheServiceHasNone) {
  const auto missing = [] {
    const auto unset = unset_variables(broker(), "g.yaml", kRules);
    return unset.empty() ? std::string() : unset[0].problem.text();
  };
  EXPECT_EQ(missing(),
            "g.yaml:3: brokers.x.settings.access_token: found ${credential:kite_token}, and the service has no such "
            "credential, expected LoadCredential=kite_token:PATH in its unit");
  ::unsetenv("CREDENTIALS_DIRECTORY");
  EXPECT_EQ(missing(),
            "g.yaml:3: brokers.x.settings.access_token: found ${credential:kite_token}, and CREDENTIALS_DIRECTORY is "
            "not set, expected a service of systemd with LoadCredential=kite_token:PATH");
  const auto all = resolve_settings(broker(), kRules);
  ASSERT_TRUE(all);
  EXPECT_TRUE(std::any_of(all->begin(), all->end(),
                          [](const ResolvedSetting& s) { return s.key == "access_token" && s.is_missing; }));
  ::setenv("CREDENTIALS_DIRECTORY", folder_.path().c_str(), 1);
  folder_.write("kite_token", "token", 0400);
  EXPECT_EQ(missing(), "");
}

}  // namespace
}  // namespace gw::config
