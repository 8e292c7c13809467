// Refusals without a reason: how a link waits after them, and what it asks of the broker's web interface meanwhile.
#include "core/plugin_host/refusals.hpp"

#include <gmock/gmock.h>

#include "adapter_fixture.hpp"

namespace gw::plugin_host {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::int64_t kOneMinute = 60'000'000'000;

TEST(Refusals, ThePausesGrowUntilTheyBeginAnew) {
  Refusals refusals({1, 60, 300, 900});
  for (const std::int64_t pause : {1, 60, 300, 900, 900}) EXPECT_EQ(refusals.add("no"), pause);
  refusals.begin_anew();
  EXPECT_EQ(refusals.add("no"), 1);
}

TEST(Refusals, TheSameCredentialsAreAskedAboutOnceInFifteenMinutes) {
  Refusals refusals({1});
  EXPECT_TRUE(refusals.may_ask(5));
  EXPECT_FALSE(refusals.begin_question(5).expired());
  EXPECT_FALSE(refusals.may_ask(5 + 20 * kOneMinute)) << "it is still under way";
  refusals.answered({});
  EXPECT_FALSE(refusals.may_ask(5 + 15 * kOneMinute - 1));
  EXPECT_TRUE(refusals.may_ask(5 + 15 * kOneMinute));
}

TEST(Refusals, ALoginEndsWhatIsKnownAndAMinuteLaterTheyMayBeAskedAboutAgain) {
  Refusals refusals({1});
  refusals.add("no");
  const auto wanted = refusals.begin_question(5);
  refusals.answered({BGW_OK, "it is good"});
  EXPECT_EQ(refusals.why(), "no; it is good");
  refusals.on_login();
  EXPECT_TRUE(wanted.expired());
  EXPECT_EQ(refusals.why(), "no");
  EXPECT_FALSE(refusals.may_ask(4 + kOneMinute));
  EXPECT_TRUE(refusals.may_ask(5 + kOneMinute));
}

TEST(Refusals, NewCredentialsAreAskedAboutAtOnce) {
  Refusals refusals({1});
  refusals.add("no");
  const auto wanted = refusals.begin_question(5);
  refusals.forget();
  EXPECT_TRUE(wanted.expired());
  EXPECT_TRUE(refusals.may_ask(5));
}

class CredentialsOfALink : public AdapterTest {
 protected:
  CredentialsOfALink() {
    options_.refused_pauses_ns = {kOneMinute};
    options_.settings = {{"token", "t1", {}, true, false}};
    options_.ask_credentials = [this](CredentialsQuestion question) { questions_.push_back(std::move(question)); };
    plugin_->connect = answer(BGW_E_REFUSED, "refused: HTTP 403");
  }
  void start_refused() {
    start();
    settle();
    ASSERT_EQ(questions_.size(), 1U);
    EXPECT_EQ(state(), LinkState::reconnecting);
    EXPECT_EQ(message(), "refused: HTTP 403; trying again in 60.0 s");
    forget();
  }
  void answer_last(bgw_status verdict, const char* text) {
    questions_.back().answer({verdict, text});
    settle();
  }
  void retry_now() {
    link_->retry();
    settle();
  }

  std::vector<CredentialsQuestion> questions_;
};

TEST_F(CredentialsOfALink, AreAskedAboutWithTheSettingsOfTheLogin) {
  start_refused();
  EXPECT_EQ(questions_[0].settings[0].text, "t1");
  EXPECT_FALSE(questions_[0].wanted.expired());
}

TEST_F(CredentialsOfALink, ThatAreDeadEndAllAttemptsUntilThereAreNewOnes) {
  options_.second_login_ns = 1000;
  start_refused();
  answer_last(BGW_E_AUTH, "the token is dead");
  EXPECT_EQ(state(), LinkState::auth_expired);
  EXPECT_EQ(message(), "the token is dead; with new credentials, run: broker-gateway brokers relogin acme");
  EXPECT_TRUE(questions_[0].wanted.expired());
  retry_now();
  EXPECT_EQ(plugin_->count("connect"), 0U) << "not even a second login: the broker has said it twice";
  make_ready_at_once();
  link_->relogin({{"token", "t2", {}, true, false}});
  run_until([this] { return state() == LinkState::connected; });
}

TEST_F(CredentialsOfALink, ThatAreDeadEndAnAttemptThatIsUnderWay) {
  start_refused();
  plugin_->connect = nullptr;
  retry_now();
  EXPECT_EQ(plugin_->take_calls(), std::vector<std::string>{"connect"});
  answer_last(BGW_E_AUTH, "the token is dead");
  EXPECT_EQ(state(), LinkState::auth_expired);
  EXPECT_EQ(plugin_->take_calls(), std::vector<std::string>{"disconnect"});
}

TEST_F(CredentialsOfALink, ThatAreGoodAreSaidSoAndTheLinkGoesOnTrying) {
  start_refused();
  answer_last(BGW_OK, "the token is good");
  EXPECT_EQ(state(), LinkState::reconnecting);
  EXPECT_THAT(message(), HasSubstr("refused: HTTP 403; the token is good; trying again in "));
  retry_now();
  EXPECT_EQ(plugin_->count("connect"), 1U);
  EXPECT_EQ(message(), "refused: HTTP 403; the token is good; trying again in 60.0 s");
  EXPECT_EQ(questions_.size(), 1U) << "the same token, soon";
  later_ns_ += 15 * kOneMinute;
  retry_now();
  EXPECT_EQ(questions_.size(), 2U);
}

TEST_F(CredentialsOfALink, ThatAreNotKnownChangeNothing) {
  start_refused();
  answer_last(BGW_E_REFUSED, "no answer");
  EXPECT_EQ(state(), LinkState::reconnecting);
  EXPECT_TRUE(seen().links.empty());
  retry_now();
  EXPECT_EQ(message(), "refused: HTTP 403; trying again in 60.0 s");
  EXPECT_EQ(questions_.size(), 1U);
}

TEST_F(CredentialsOfALink, AnAnswerAboutEarlierOnesCountsForNothing) {
  start_refused();
  link_->relogin({{"token", "t2", {}, true, false}});
  settle();
  ASSERT_EQ(questions_.size(), 2U);
  EXPECT_EQ(questions_[1].settings[0].text, "t2");
  EXPECT_TRUE(questions_[0].wanted.expired());
  questions_[0].answer({BGW_E_AUTH, "the token is dead"});
  settle();
  EXPECT_EQ(state(), LinkState::reconnecting);
}

TEST_F(CredentialsOfALink, ThatTheFeedAcceptsMeanwhileAreNotDead) {
  start_refused();
  make_ready_at_once();
  retry_now();
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_TRUE(questions_[0].wanted.expired());
  answer_last(BGW_E_AUTH, "the token is dead");
  EXPECT_EQ(state(), LinkState::connected);
}

TEST_F(CredentialsOfALink, AreNotAskedAboutAfterOtherLosses) {
  for (const bgw_status status : {BGW_E_AUTH, BGW_E_TRANSIENT, BGW_E_RATE, BGW_E_FATAL}) {
    plugin_->connect = answer(status);
    start();
    settle();
    EXPECT_TRUE(questions_.empty()) << status;
  }
}

TEST_F(CredentialsOfALink, AnAnswerMayComeWhenTheLinkHasGone) {
  start_refused();
  questions_[0].answer({BGW_E_AUTH, "the token is dead"});  // queued
  link_->stop();
  EXPECT_TRUE(questions_[0].wanted.expired());
  link_.reset();
  settle();
  questions_[0].answer({BGW_E_AUTH, "the token is dead"});
  settle();
}

}  // namespace
}  // namespace gw::plugin_host
