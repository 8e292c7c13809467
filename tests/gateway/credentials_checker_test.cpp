#include "apps/gateway/credentials_checker.hpp"

#include <chrono>
#include <future>
#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/download/scripted_server.hpp"

namespace gw::app {
namespace {

using download::answer;
using download::ScriptedServer;
using plugin_host::CredentialsAnswer;
using plugin_host::CredentialsQuestion;
using testing::ElementsAre;
using testing::HasSubstr;

// Dead by a 403, good by a 200; the message is the body. A body "throw" throws.
bgw_status judge_for_tests(int32_t status, const char* body, size_t length, bgw_error* error) {
  if (std::string(body, length) == "throw") throw std::runtime_error("because");
  std::snprintf(error->message, sizeof error->message, "%s", body);
  return status == 403 ? BGW_E_AUTH : status == 200 ? BGW_OK : BGW_E_REFUSED;
}

class Checker : public testing::Test {
 protected:
  Checker() {
    extension_->size = sizeof(bgw_credentials);
    extension_->url = "{url}";
    extension_->headers = "Authorization: {token}";
    extension_->judge = judge_for_tests;
  }
  using Settings = std::vector<plugin_host::AdapterSetting>;
  static Settings settings(const std::string& url, const std::string& token = "t0ken") {
    return {{"url", url, {}, false, false}, {"token", token, {}, true, false}};
  }
  CredentialsAnswer check(const std::string& url, const Outgoing& outgoing = {}) const {
    return check_credentials(*extension_, settings(url), outgoing, {});
  }
  std::future<CredentialsAnswer> ask(CredentialsChecker& checker, const std::string& url) {
    auto promise = std::make_shared<std::promise<CredentialsAnswer>>();
    checker.ask(extension_, {},
                {settings(url), wanted_, [promise](CredentialsAnswer a) { promise->set_value(std::move(a)); }});
    return promise->get_future();
  }

  std::shared_ptr<bgw_credentials> extension_ = std::make_shared<bgw_credentials>();
  std::shared_ptr<int> wanted_ = std::make_shared<int>();
};

TEST_F(Checker, ThePluginJudgesTheAnswer) {
  const ScriptedServer server({answer("403 Forbidden", "", "dead"), answer("200 OK", "", "good"),
                               answer("502 Bad Gateway", "", ""), answer("200 OK", "", "throw")});
  EXPECT_EQ(check(server.url()).verdict, BGW_E_AUTH);
  EXPECT_EQ(check(server.url()).text, "good");
  const CredentialsAnswer nothing = check(server.url());
  EXPECT_EQ(nothing.verdict, BGW_E_REFUSED);
  EXPECT_EQ(nothing.text, "the broker's web interface answers HTTP 502");
  const CredentialsAnswer thrown = check(server.url());
  EXPECT_EQ(thrown.verdict, BGW_E_EXCEPTION);
  EXPECT_EQ(thrown.text, "the plugin threw an exception in judge: because");
  EXPECT_THAT(server.requests()[0], HasSubstr("\r\nAuthorization: t0ken\r\n"));
}

TEST_F(Checker, TheRequestLeavesAsEverythingOfItsBroker) {
  const ScriptedServer server({answer("200 OK", "", "good")});
  EXPECT_EQ(check(server.url(), {"127.0.0.2", AddressFamily::any}).verdict, BGW_OK);
  EXPECT_EQ(check(server.url(), {"", AddressFamily::ipv6}).verdict, BGW_E_REFUSED);
  EXPECT_THAT(server.clients(), ElementsAre("127.0.0.2"));
}

TEST_F(Checker, WhatCannotBeAskedProvesNothing) {
  const CredentialsAnswer answered = check("http://api.example/profile");
  EXPECT_EQ(answered.verdict, BGW_E_REFUSED);
  EXPECT_THAT(answered.text, HasSubstr("expected https://"));
  extension_->url = "{nothing}";
  EXPECT_EQ(check("").text, "setting nothing: found nothing, expected a value: the URL of the account needs it");
}

TEST_F(Checker, QuestionsAreAnsweredOneAfterTheOther) {
  const ScriptedServer server({answer("200 OK", "", "good"), answer("403 Forbidden", "", "dead")});
  CredentialsChecker checker;
  auto first = ask(checker, server.url());
  auto second = ask(checker, server.url());
  EXPECT_EQ(first.get().verdict, BGW_OK);
  EXPECT_EQ(second.get().verdict, BGW_E_AUTH);
}

TEST_F(Checker, AQuestionThatIsNotWantedAnyMoreMakesRoomForTheNext) {
  const ScriptedServer server({{"", true}, answer("200 OK", "", "good")});
  CredentialsChecker checker;
  auto dropped = ask(checker, server.url());
  while (server.requests().empty()) std::this_thread::yield();
  auto never_begun = ask(checker, server.url());
  wanted_ = std::make_shared<int>();
  EXPECT_EQ(ask(checker, server.url()).get().verdict, BGW_OK);
  EXPECT_EQ(server.requests().size(), 2U);
  EXPECT_THROW(dropped.get(), std::future_error) << "it was answered";
  EXPECT_THROW(never_begun.get(), std::future_error) << "it was answered";
}

TEST_F(Checker, EndsWhileARequestIsUnderWay) {
  const ScriptedServer server({{"", true}});
  auto checker = std::make_optional<CredentialsChecker>();
  auto dropped = ask(*checker, server.url());
  while (server.requests().empty()) std::this_thread::yield();
  const auto began = std::chrono::steady_clock::now();
  checker.reset();
  EXPECT_THROW(dropped.get(), std::future_error) << "it was answered";
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5)) << "the limit of a request is 10 s";
}

TEST_F(Checker, AfterTheEndNothingIsAsked) {
  const ScriptedServer server({});
  CredentialsChecker checker;
  checker.end();
  const auto dropped = ask(checker, server.url());
  EXPECT_TRUE(server.requests().empty());
}

}  // namespace
}  // namespace gw::app
