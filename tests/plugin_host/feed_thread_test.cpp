// The thread that serves adapters: what is added before the start is served, what is stopped is
// gone.
#include "core/plugin_host/feed_thread.hpp"

#include <future>

#include <gtest/gtest.h>

#include "scripted_plugin.hpp"

namespace gw::plugin_host {
namespace {

class FeedThreadTest : public testing::Test {
 protected:
  BrokerLink& add() {
    LinkOptions options;
    options.name = "acme";
    return feed_.add(plugin_, std::move(options), bell_);
  }

  bus::Doorbell bell_;
  std::shared_ptr<ScriptedPlugin> plugin_ = std::make_shared<ScriptedPlugin>();
  FeedThread feed_;
};

TEST_F(FeedThreadTest, ServesAnAdapterOnItsOwnThreadUntilItIsStopped) {
  std::promise<std::thread::id> connected_on;
  plugin_->connect = [&](bgw_error&) {
    connected_on.set_value(std::this_thread::get_id());
    return BGW_OK;
  };
  ASSERT_TRUE(add().prepare());
  feed_.start();
  EXPECT_NE(connected_on.get_future().get(), std::this_thread::get_id());
  std::promise<BrokerLink*> found;
  feed_.post([&] { found.set_value(feed_.find("acme")); });
  EXPECT_NE(found.get_future().get(), nullptr);
  feed_.stop();
  EXPECT_EQ(plugin_->take_calls(),
            (std::vector<std::string>{"create", "initialize", "connect", "disconnect", "destroy"}));
  feed_.stop();
}

TEST_F(FeedThreadTest, AnInstanceThatCouldNotBePreparedIsRemovedWithWhatItAskedFor) {
  plugin_->initialize = [this](bgw_error& error) {
    plugin_->host->timer(plugin_->host->context, 1, 0, nullptr);
    plugin_->host->ready(plugin_->host->context);
    return answer(BGW_E_FATAL)(error);
  };
  EXPECT_FALSE(add().prepare());
  feed_.remove_last();
  feed_.start();
  std::promise<void> turned;
  feed_.post([&] { turned.set_value(); });
  turned.get_future().get();
  EXPECT_EQ(feed_.find("acme"), nullptr);
  feed_.stop();
  EXPECT_EQ(plugin_->count("on_timer 1"), 0u);
}

TEST_F(FeedThreadTest, ALinkThatIsRemovedIsGoneWhenThatReturnsAndTheOthersGoOn) {
  BrokerLink& gone = add();
  ASSERT_TRUE(gone.prepare());
  LinkOptions other;
  other.name = "other";
  ASSERT_TRUE(feed_.add(plugin_, std::move(other), bell_).prepare());
  feed_.start();
  gone.channel().adapter_bell().ring();
  feed_.remove("acme");
  EXPECT_EQ(plugin_->count("destroy"), 1u);
  EXPECT_EQ(feed_.find("acme"), nullptr);
  feed_.remove("acme");  // not there: nothing
  std::promise<BrokerLink*> found;
  feed_.post([&] { found.set_value(feed_.find("other")); });
  EXPECT_NE(found.get_future().get(), nullptr);
  LinkOptions again;
  again.name = "acme";
  BrokerLink& back = feed_.add(plugin_, std::move(again), bell_);
  ASSERT_TRUE(back.prepare());
  std::promise<void> started;
  feed_.post([&] {
    back.start();
    started.set_value();
  });
  started.get_future().get();
  feed_.stop();
}

TEST_F(FeedThreadTest, RemovedBeforeTheStartItIsGoneToo) {
  ASSERT_TRUE(add().prepare());
  feed_.remove("acme");
  EXPECT_EQ(feed_.find("acme"), nullptr);
  EXPECT_EQ(plugin_->count("destroy"), 1u);
}

TEST_F(FeedThreadTest, NeverStartedItStillEndsItsAdapters) {
  {
    FeedThread feed;
    LinkOptions options;
    ASSERT_TRUE(feed.add(plugin_, options, bell_).prepare());
  }
  EXPECT_EQ(plugin_->take_calls(), (std::vector<std::string>{"create", "initialize", "destroy"}));
}

}  // namespace
}  // namespace gw::plugin_host
