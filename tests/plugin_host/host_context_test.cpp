// Calls of a plugin from where it may not call, and work that its own threads post.
#include <thread>

#include <gmock/gmock.h>

#include "adapter_fixture.hpp"

namespace gw::plugin_host {
namespace {

using testing::ElementsAre;

class HostContextTest : public AdapterTest {
 protected:
  // The host calls nothing now.
  void leave() const {
    inside_.reset();
    inside_.emplace(nullptr);
  }
  // The table as a plugin that kept it has it.
  const bgw_host& kept() const {
    leave();
    return *kept_;
  }
  void start_kept() {
    start_connected();
    kept_ = plugin_->host;
    want(1);
    settle();
    forget();
    tick_.instrument = 1;
    tick_.modes = BGW_MODE_LTP;
    tick_.present = BGW_HAS_LTP;
    tick_.ltp = 5;
    update_.tick = &tick_;
  }
  // Calls everything with the tag [adapter], and returns the answers of what answers.
  std::vector<bgw_status> call_all(const bgw_host& host) {
    host.publish(host.context, &update_);
    host.publish_batch(host.context, &update_, 1);
    const bgw_stream stream{1, BGW_MODE_LTP, 0, 0};
    host.confirm(host.context, &stream);
    host.refuse(host.context, &stream, BGW_E_INVALID, "no");
    const bgw_error error{BGW_E_FATAL, 0, 0, "no"};
    host.fail(host.context, &error);
    host.ready(host.context);
    host.dropped(host.context, BGW_DROP_LEVEL, 5);
    host.list_announced(host.context, "tag");
    EXPECT_EQ(host.setting_written_ns(host.context, "key"), 0);
    const bgw_websocket_request request{sizeof request, 0, "ws://127.0.0.1:1/", nullptr, 0, 0, nullptr, 0};
    std::uint32_t number = 0;
    std::size_t length = 0;
    std::int64_t value = 0;
    char text[8];
    const auto* http = static_cast<const bgw_http*>(host.get_extension(host.context, BGW_EXTENSION_HTTP));
    const bgw_http_request call{sizeof call, 0, "GET", "http://127.0.0.1:1/", nullptr, nullptr, 0, 0, 0, 0, 0};
    return {host.websocket_open(host.context, &request, &number, nullptr),
            host.websocket_send(host.context, 1, 1, "x", 1, nullptr),
            host.websocket_ping(host.context, 1, "x", 1, nullptr),
            host.websocket_close(host.context, 1, 1000, nullptr),
            host.timer(host.context, 1, 0, nullptr),
            host.setting(host.context, "key", text, sizeof text, &length, nullptr),
            host.setting_integers(host.context, "key", &value, 1, &length, nullptr),
            host.set_capabilities(host.context, nullptr, 0, nullptr),
            host.set_limits(host.context, &plugin_->limits, nullptr),
            http->request(host.context, &call, &number, nullptr),
            http->cancel(host.context, 1, nullptr)};
  }

  // What was posted, by its number; 0 for work that was given back.
  struct Work {
    HostContextTest* test;
    int number;
    static void run(void* argument, std::int32_t is_alive) {
      const std::unique_ptr<Work> work(static_cast<Work*>(argument));
      work->test->ran_.push_back(is_alive != 0 ? work->number : -work->number);
      work->test->ran_on_ = std::this_thread::get_id();
      if (is_alive != 0) work->test->kept_->publish(work->test->kept_->context, &work->test->update_);
    }
  };
  bgw_status post(int number) {
    auto work = std::make_unique<Work>(Work{this, number});
    const bgw_status status = kept_->post(kept_->context, &Work::run, work.get(), nullptr);
    if (status == BGW_OK) static_cast<void>(work.release());
    return status;
  }

  const bgw_host* kept_ = nullptr;
  bgw_tick tick_{};
  bgw_update update_{};
  std::vector<int> ran_;
  std::thread::id ran_on_;
};

TEST_F(HostContextTest, CallsOfAnotherThreadDoNothing) {
  start_kept();
  std::vector<bgw_status> answers;
  std::thread([&] { answers = call_all(*kept_); }).join();
  EXPECT_THAT(answers, testing::Each(BGW_E_STATE));
  settle();
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_TRUE(seen().ticks.empty());
  EXPECT_TRUE(seen().confirmed.empty());
  EXPECT_TRUE(seen().refused.empty());
  EXPECT_EQ(link_->counts().updates.load(), 0U);
  EXPECT_TRUE(plugin_->take_calls().empty());
}

TEST_F(HostContextTest, AThreadMayCallWhileTheHostIsInsideTheAdapter) {
  start_kept();
  plugin_->on_timer = [this](bgw_error&) {
    std::vector<bgw_status> answers;
    std::thread([&] { answers = call_all(*kept_); }).join();
    EXPECT_THAT(answers, testing::Each(BGW_E_STATE)) << "the call is on another thread";
    return BGW_OK;
  };
  host().timer(host().context, 3, 0, nullptr);
  run_until([this] { return plugin_->count("on_timer 3") == 1; });
  EXPECT_TRUE(seen().ticks.empty());
}

TEST_F(HostContextTest, CallsAfterDestroyDoNothing) {
  start_kept();
  link_->stop();
  settle();
  EXPECT_THAT(call_all(kept()), testing::Each(BGW_E_STATE));
  link_.reset();
  EXPECT_THAT(call_all(kept()), testing::Each(BGW_E_STATE));
  EXPECT_GT(kept().now_ns(kept().context), 0) << "clocks, digests and the log are for any time";
  kept().log(kept().context, BGW_LOG_INFO, "late", 4);
  EXPECT_EQ(post(1), BGW_E_STATE);
  EXPECT_TRUE(ran_.empty());
}

TEST_F(HostContextTest, WorkOfAThreadRunsOnceOnTheFeedsThreadAndMayPublish) {
  start_kept();
  leave();
  std::thread([&] {
    for (int i = 1; i <= 3; ++i) EXPECT_EQ(post(i), BGW_OK);
  }).join();
  EXPECT_TRUE(ran_.empty()) << "not on the thread that posts";
  run_until([this] { return ran_.size() == 3; });
  settle();
  EXPECT_THAT(ran_, ElementsAre(1, 2, 3));
  EXPECT_EQ(ran_on_, std::this_thread::get_id());
  EXPECT_EQ(seen().ticks.size(), 3U);
}

TEST_F(HostContextTest, WorkThatWasNotDoneIsGivenBackOnce) {
  start_kept();
  leave();
  std::thread([&] {
    EXPECT_EQ(post(1), BGW_OK);
    EXPECT_EQ(post(2), BGW_OK);
  }).join();
  link_->stop();
  link_.reset();
  settle();
  EXPECT_THAT(ran_, ElementsAre(-1, -2));
}

TEST_F(HostContextTest, WorkThatPostsItselfAgainLeavesTheOthersTheirTurn) {
  start_kept();
  struct Again {
    const bgw_host* host;
    bool ends = false;
    int runs = 0;
    static void run(void* argument, std::int32_t is_alive) {
      auto& self = *static_cast<Again*>(argument);
      if (++self.runs > 1'000'000) self.ends = true;  // so that a failing test ends
      if (is_alive != 0 && !self.ends) self.host->post(self.host->context, &Again::run, &self, nullptr);
    }
  } again{kept_};
  EXPECT_EQ(kept().post(kept().context, &Again::run, &again, nullptr), BGW_OK);
  host().timer(host().context, 1, 0, nullptr);
  run_until([this] { return plugin_->count("on_timer 1") == 1; });
  EXPECT_LT(again.runs, 1'000'000);
  again.ends = true;
  settle();
}

TEST_F(HostContextTest, AnExceptionInPostedWorkCostsThatWorkOnly) {
  start_kept();
  const auto throws = [](void*, std::int32_t) { throw std::runtime_error("thrown by posted work"); };
  EXPECT_EQ(kept().post(kept().context, throws, nullptr, nullptr), BGW_OK);
  EXPECT_EQ(post(2), BGW_OK);
  run_until([this] { return ran_.size() == 1; });
  EXPECT_EQ(state(), LinkState::connected);
  EXPECT_EQ(kept().post(kept().context, throws, nullptr, nullptr), BGW_OK);
  EXPECT_EQ(post(3), BGW_OK);
  link_->stop();
  link_.reset();
  EXPECT_THAT(ran_, ElementsAre(2, -3)) << "what is given back too";
}

TEST_F(HostContextTest, AThreadOfAnObjectThatCouldNotBeMadeIsTurnedAway) {
  for (const bool throws : {false, true}) {
    plugin_->create = throws ? throwing() : answer(BGW_E_FATAL, "no room");
    make();
    EXPECT_FALSE(link_->prepare());
    kept_ = plugin_->host;
    leave();
    link_.reset();
    bgw_status status = BGW_OK;
    std::thread([&] { status = post(1); }).join();
    EXPECT_EQ(status, BGW_E_STATE);
  }
  EXPECT_TRUE(ran_.empty());
}

TEST_F(HostContextTest, ThreadsMayPostWhileTheAdapterIsDestroyed) {
  start_kept();
  leave();
  std::atomic<int> accepted{0};
  std::atomic<bool> is_over{false};
  std::vector<std::thread> threads;
  for (int t = 0; t < 2; ++t)
    threads.emplace_back([&] {
      while (!is_over)
        if (post(1) == BGW_OK) ++accepted;
    });
  run_until([this] { return ran_.size() > 100; });
  link_->stop();
  link_.reset();
  is_over = true;
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(ran_.size(), static_cast<std::size_t>(accepted)) << "each was run or given back, once";
}

}  // namespace
}  // namespace gw::plugin_host
