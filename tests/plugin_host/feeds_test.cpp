// The threads that serve adapters: what is added before the start is served, what is stopped is gone, and a plugin that
// does not return is told of, given up, and waited for by nobody.
#include "core/plugin_host/feeds.hpp"

#include <future>
#include <thread>

#include <gtest/gtest.h>

#include "core/plugin_host/feed_thread.hpp"
#include "scripted_plugin.hpp"

namespace gw::plugin_host {
namespace {

// What the watchdog tells.
struct Heard final : CallWatch::Listener {
  std::promise<Hang> hang, given_up;
  std::promise<std::string> returned;
  void on_hang(const Hang& h) override { hang.set_value(h); }
  void on_return(const std::string& broker) override { returned.set_value(broker); }
  void on_given_up(const Hang& h) override { given_up.set_value(h); }
};

// A step that does not return until the test lets it.
struct Gate {
  std::shared_ptr<std::promise<void>> opened = std::make_shared<std::promise<void>>();
  std::shared_ptr<std::promise<void>> entered = std::make_shared<std::promise<void>>();
  ScriptedPlugin::Step step() const {
    return [entered = entered, open = std::make_shared<std::future<void>>(opened->get_future())](bgw_error&) {
      entered->set_value();
      open->wait();
      return bgw_status{BGW_OK};
    };
  }
};

class FeedsTest : public testing::Test {
 protected:
  Feed* add(Feeds& feeds, const std::string& name = "acme") {
    LinkOptions options;
    options.name = name;
    const Preparation how =
        feeds.add(std::make_shared<FeedThread>(plugin_, std::move(options), bell_), Feeds::kCallLimitNs);
    problem_ = how.text;
    return how.state == Preparation::State::ready ? feeds.find(name) : nullptr;
  }

  bus::Doorbell bell_;
  std::shared_ptr<ScriptedPlugin> plugin_ = std::make_shared<ScriptedPlugin>();
  std::string problem_;
  Feeds feeds_;
};

TEST_F(FeedsTest, ServesAnAdapterOnItsOwnThreadUntilItIsStopped) {
  std::promise<std::thread::id> connected_on;
  plugin_->connect = [&](bgw_error&) {
    connected_on.set_value(std::this_thread::get_id());
    return BGW_OK;
  };
  ASSERT_NE(add(feeds_), nullptr);
  feeds_.start();
  EXPECT_NE(connected_on.get_future().get(), std::this_thread::get_id());
  EXPECT_NE(feeds_.find("acme"), nullptr);
  EXPECT_FALSE(feeds_.hang("acme"));
  feeds_.stop();
  EXPECT_EQ(plugin_->take_calls(),
            (std::vector<std::string>{"create", "initialize", "connect", "disconnect", "destroy"}));
  feeds_.stop();
}

TEST_F(FeedsTest, AnAdapterThatCouldNotBePreparedIsGoneWithWhatItAskedFor) {
  plugin_->initialize = [this](bgw_error& error) {
    plugin_->host->timer(plugin_->host->context, 1, 0, nullptr);
    plugin_->host->ready(plugin_->host->context);
    return answer(BGW_E_FATAL)(error);
  };
  EXPECT_EQ(add(feeds_), nullptr);
  EXPECT_NE(problem_, "");
  EXPECT_EQ(feeds_.find("acme"), nullptr);
  EXPECT_EQ(plugin_->count("destroy"), 1u);
  EXPECT_EQ(plugin_->count("on_timer 1"), 0u);
}

TEST_F(FeedsTest, ALinkThatIsRemovedIsGoneWhenThatReturnsAndTheOthersGoOn) {
  ASSERT_NE(add(feeds_), nullptr);
  feeds_.find("acme")->channel().adapter_bell().ring();
  feeds_.start();
  feeds_.remove("acme");
  EXPECT_EQ(plugin_->count("destroy"), 1u);
  EXPECT_EQ(feeds_.find("acme"), nullptr);
  feeds_.remove("acme");  // not there: nothing
  Feed* back = add(feeds_);
  ASSERT_NE(back, nullptr);
  back->start();
  std::promise<std::vector<LinkReport>> reports;
  feeds_.report([&](std::vector<LinkReport> all) { reports.set_value(std::move(all)); });
  EXPECT_EQ(reports.get_future().get().size(), 1u);
}

TEST_F(FeedsTest, OneThatIsNotReadyYetIsWaitedForByNobodyAndItsCallIsSeen) {
  const Gate gate;
  plugin_->initialize = gate.step();
  LinkOptions options;
  options.name = "acme";
  const auto goes_on = Preparation::State::going_on;
  EXPECT_EQ(feeds_.add(std::make_shared<FeedThread>(plugin_, std::move(options), bell_), 0).state, goes_on);
  gate.entered->get_future().wait();
  EXPECT_EQ(feeds_.settle("acme", 0).state, goes_on);
  EXPECT_EQ(feeds_.find("acme"), nullptr);
  feeds_.start();  // of those that are ready
  gate.opened->set_value();
  EXPECT_EQ(feeds_.settle("acme", Feeds::kCallLimitNs).state, Preparation::State::ready);
  EXPECT_NE(feeds_.find("acme"), nullptr);
  EXPECT_EQ(feeds_.settle("acme", 0).state, Preparation::State::lost);  // it is taken up already
}

TEST_F(FeedsTest, OneThatIsRemovedWhileItIsPreparedIsGone) {
  LinkOptions options;
  options.name = "acme";
  feeds_.add(std::make_shared<FeedThread>(plugin_, std::move(options), bell_), 0);
  feeds_.remove("acme");
  EXPECT_EQ(feeds_.settle("acme", Feeds::kCallLimitNs).state, Preparation::State::lost);
  EXPECT_EQ(plugin_->count("connect"), 0u);
}

TEST_F(FeedsTest, NeverStartedItStillEndsItsAdapters) {
  {
    Feeds feeds;
    ASSERT_NE(add(feeds), nullptr);
  }
  EXPECT_EQ(plugin_->take_calls(), (std::vector<std::string>{"create", "initialize", "destroy"}));
}

TEST_F(FeedsTest, ACallThatTakesLongIsToldAndSoIsItsReturn) {
  const Gate gate;
  plugin_->connect = gate.step();
  Heard heard;
  ASSERT_NE(add(feeds_), nullptr);
  feeds_.start(&heard);
  const Hang hang = heard.hang.get_future().get();
  EXPECT_EQ(hang.broker, "acme");
  EXPECT_EQ(hang.function, "connect");
  EXPECT_NE(hang.text().find("hangs in connect since 2"), std::string::npos) << hang.text();
  ASSERT_EQ(feeds_.hangs().size(), 1u);
  // Nobody is asked who cannot answer.
  std::promise<std::vector<LinkReport>> reports;
  feeds_.report([&](std::vector<LinkReport> all) { reports.set_value(std::move(all)); });
  EXPECT_TRUE(reports.get_future().get().empty());
  gate.opened->set_value();
  EXPECT_EQ(heard.returned.get_future().get(), "acme");
  EXPECT_FALSE(feeds_.hang("acme"));
  EXPECT_NE(feeds_.find("acme"), nullptr);
}

TEST_F(FeedsTest, ACallThatIsGivenUpNeverComesBackAndNobodyWaitsForIt) {
  const Gate gate;
  plugin_->connect = gate.step();
  Heard heard;
  Feeds feeds(CallWatch::kHangNs);
  ASSERT_NE(add(feeds), nullptr);
  feeds.start(&heard);
  EXPECT_EQ(heard.given_up.get_future().get().function, "connect");
  EXPECT_EQ(feeds.find("acme"), nullptr);
  ASSERT_TRUE(feeds.hang("acme"));
  feeds.stop();
  gate.opened->set_value();
  EXPECT_TRUE(FeedThread::any_goes_on());
}

TEST_F(FeedsTest, AnEndThatHangsIsGivenUp) {
  const Gate gate;
  plugin_->disconnect = gate.step();
  ASSERT_NE(add(feeds_), nullptr);
  feeds_.start();
  feeds_.remove("acme");
  EXPECT_EQ(feeds_.find("acme"), nullptr);
  gate.opened->set_value();
}

TEST_F(FeedsTest, AnInitializeThatHangsIsAProblemInWords) {
  const Gate gate;
  plugin_->initialize = gate.step();
  LinkOptions options;
  options.name = "acme";
  const auto prepared = FeedThread(plugin_, std::move(options), bell_).prepare(CallWatch::kHangNs);
  ASSERT_FALSE(prepared);
  EXPECT_NE(prepared.error().message.find("hangs in initialize since 2"), std::string::npos)
      << prepared.error().message;
  gate.opened->set_value();
}

}  // namespace
}  // namespace gw::plugin_host
