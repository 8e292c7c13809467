// What is said of a subscription of which nothing comes.
#include "adapter_fixture.hpp"

namespace gw::plugin_host {
namespace {

class UnansweredTest : public AdapterTest {
 protected:
  // 3 is answered by data, 4 by the broker's word, 5 and 6 not at all; 6 is let go.
  void play(std::uint32_t flags) {
    plugin_->capabilities[0].flags = flags;
    options_.answer_limit_ns = 50'000'000;
    start_connected();
    for (const std::uint32_t handle : {3U, 4U, 5U, 6U}) want(handle);
    settle();
    bgw_tick tick{};
    tick.instrument = 3;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP;
    tick.ltp = BGW_PRICE_SCALE;
    publish(&tick);
    confirm(4);
    unwant(6);
    settle();
    run_until([this] { return !seen().refused.empty() || !seen().quiet.empty(); });
  }
};

TEST_F(UnansweredTest, IsRefusedWhereEveryGoodSubscribeIsAnswered) {
  play(BGW_SNAPSHOT_ON_SUBSCRIBE);
  ASSERT_EQ(seen().refused.size(), 1U);
  EXPECT_EQ(seen().refused[0].first, 5U);
  EXPECT_NE(seen().refused[0].second.find("no data and no word from the broker"), std::string::npos);
  EXPECT_TRUE(seen().quiet.empty());
  EXPECT_EQ(link_->counts().subscriptions_refused.load(), 1U);
}

TEST_F(UnansweredTest, IsQuietElsewhere) {
  play(0);
  EXPECT_EQ(seen().quiet, std::vector<std::uint32_t>{5U});
  EXPECT_TRUE(seen().refused.empty());
}

TEST(Unanswered, CountsFromWhenItWasAskedLast) {
  Unanswered waiting;
  waiting.add(1, BGW_MODE_DEPTH, 100);
  waiting.add(2, BGW_MODE_LTP, 110);
  waiting.add(1, BGW_MODE_DEPTH, 120);
  EXPECT_FALSE(waiting.is_answer(1, BGW_MODE_LTP | BGW_MODE_QUOTE)) << "of a poorer stream";
  EXPECT_TRUE(waiting.is_answer(1, BGW_MODE_QUOTE | BGW_MODE_DEPTH));
  EXPECT_EQ(waiting.take_expired(100), std::vector<std::uint32_t>{});
  EXPECT_EQ(waiting.take_expired(115), std::vector<std::uint32_t>{2});
  EXPECT_EQ(waiting.next_deadline(), 120);
  EXPECT_EQ(waiting.take_expired(120), std::vector<std::uint32_t>{1});
  EXPECT_EQ(waiting.next_deadline(), std::nullopt);
}

}  // namespace
}  // namespace gw::plugin_host
