// A router whose session 5 and 6 are served by two brokers, one after the other.
#pragma once

#include <string>
#include <vector>

#include "tests/routing/fixture.hpp"

namespace gw::routing {

inline constexpr std::int64_t kMinute = 60'000'000'000;

// Session 5 (extras) and 6 are served by [angel, zerodha]. Zerodha has five levels, no WIPRO, and no NIFTY.
class BrokerGroupTest : public RouterTest {
 protected:
  void SetUp() override {
    RouterTest::SetUp();
    zerodha_ = router_.add_broker(setup(false));
    router_.set_index("zerodha", index_of({{"INFY", "NSE", "z1"}, {"TCS", "NSE", "z2"}}));
    second_.link(bus::LinkState::connected);
    make_group();
  }
  void make_group() {
    group_ = router_.group_for("angel,zerodha,", {angel_, zerodha_});
    router_.open(5, group_, Variant::extras, false, 100);
    router_.open(6, group_, Variant::plain, false, 100);
    drain();
    forget();
  }
  BrokerSetup setup(bool hot) {
    bgw_capability nse{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0};
    return {"zerodha", "zerodha", registry::Capabilities({&nse, 1}), &second_.channel, "", {}, hot};
  }
  void drain() {
    while (router_.drain(1000)) {
    }
    router_.flush_demand();
  }
  void forget() {
    port_ = FakePort{};
    adapter_.asked();
    second_.asked();
  }
  // The router counts time; nobody waits.
  void pass(std::int64_t ns) {
    monotonic_ += ns;
    router_.review();
    drain();
  }
  void say(FakeAdapter& adapter, bus::FeedState state, bus::FeedEvidence evidence, std::string_view exchange = "NSE") {
    adapter.channel.writer().feed(exchange, state, evidence, 1, "no tick for 7.0 s");
    drain();
  }
  void go_silent(FakeAdapter& adapter) { say(adapter, bus::FeedState::stale, bus::FeedEvidence::proved); }
  void lose(FakeAdapter& adapter) {
    adapter.link(bus::LinkState::reconnecting, "gone");
    drain();
  }
  void recover(FakeAdapter& adapter) {
    adapter.link(bus::LinkState::connected, "connected");
    drain();
  }
  // Both brokers' demand, without handles.
  std::vector<std::string> demand(FakeAdapter& adapter) {
    router_.flush_demand();
    std::vector<std::string> all = adapter.asked();
    for (std::string& one : all) one = one.substr(one.find(' ') + 1);
    return all;
  }
  std::string serving() const { return router_.brokers()[router_.group(group_).broker()].setup().name; }

  FakeAdapter second_;
  BrokerId zerodha_ = 0;
  GroupId group_ = 0;
};

}  // namespace gw::routing
