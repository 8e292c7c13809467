// A link whose timers go by the test's time alone: no real time passes.
#include <gmock/gmock.h>

#include "adapter_fixture.hpp"
#include "tests/support/seconds.hpp"
#include "tests/support/virtual_clock.hpp"

namespace gw::plugin_host {
namespace {

using testing::ElementsAre;

class VirtualTime : public AdapterTest {
 protected:
  VirtualTime() {
    options_.monotonic = [this] { return clock_.now(); };
    options_.wall = [this] { return clock_.wall(); };
    options_.make_alarm = clock_.alarms();
  }
  void TearDown() override { link_.reset(); }
  void pass(std::int64_t ns) {
    settle();
    for (const std::int64_t end = clock_.now() + ns; clock_.next_alarm() <= end; settle()) clock_.ring_next();
  }

  support::VirtualClock clock_{1'764'000'000 * kSecond};
};

TEST_F(VirtualTime, ABackOffOfMinutesIsOverWhenTheTestSaysSo) {
  options_.reconnect = {60 * kSecond, 240 * kSecond, 0, 0.0};
  plugin_->connect = answer(BGW_E_TRANSIENT);
  start();
  pass(59 * kSecond);
  EXPECT_EQ(plugin_->count("connect"), 1U);
  pass(kSecond);
  EXPECT_EQ(plugin_->count("connect"), 2U);
  pass(120 * kSecond);
  EXPECT_EQ(plugin_->count("connect"), 3U);
}

TEST_F(VirtualTime, ThePluginsOwnTimersGoByItToo) {
  make_ready_at_once();
  start();
  settle();
  host().timer(host().context, 7, 3600 * kSecond, nullptr);
  forget();
  pass(3599 * kSecond);
  EXPECT_EQ(plugin_->count("on_timer 7"), 0U);
  pass(kSecond);
  EXPECT_EQ(plugin_->count("on_timer 7"), 1U);
}

TEST_F(VirtualTime, TheSameSeedPausesTheSame) {
  options_.reconnect = {60 * kSecond, 240 * kSecond, 0, 0.2};
  options_.jitter_seed = 1;
  plugin_->connect = answer(BGW_E_TRANSIENT);
  const auto pauses = [this] {
    start();
    settle();
    std::vector<std::int64_t> all;
    for (std::size_t i = 2; i < 5; ++i) {
      const std::int64_t before = clock_.now();
      forget();
      while (plugin_->count("connect") == 0) pass(clock_.next_alarm() - clock_.now());
      all.push_back(clock_.now() - before);
    }
    link_.reset();
    return all;
  };
  const auto first = pauses();
  EXPECT_EQ(first, pauses());
  options_.jitter_seed = 2;
  EXPECT_NE(first, pauses());
}

}  // namespace
}  // namespace gw::plugin_host
