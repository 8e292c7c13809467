// A router with one connected broker "angel", which has INFY, TCS, SBIN on NSE (depth 5 and 20), on
// BSE (depth 5), and NIFTY on NSE_INDEX (no depth).
#pragma once

#include <algorithm>
#include <initializer_list>
#include <memory>

#include <gtest/gtest.h>

#include "core/routing/router.hpp"
#include "tests/routing/fakes.hpp"

namespace gw::routing {

inline constexpr Stream kLtp{BGW_MODE_LTP, 0};
inline constexpr Stream kQuote{BGW_MODE_QUOTE, 0};
constexpr Stream depth(int level) { return {BGW_MODE_DEPTH, level}; }

inline constexpr std::uint32_t kLtpPacket = BGW_MODE_LTP;
inline constexpr std::uint32_t kQuotePacket = BGW_MODE_LTP | BGW_MODE_QUOTE;
inline constexpr std::uint32_t kDepthPacket = kQuotePacket | BGW_MODE_DEPTH;

struct Listed {
  const char* symbol;
  const char* exchange;
  const char* token;
};

// `former` are rows that an earlier list had and this one lacks.
inline std::shared_ptr<const instruments::Index> index_of(std::initializer_list<Listed> rows,
                                                          std::initializer_list<Listed> former = {}) {
  instruments::Index::Builder builder(rows.size());
  for (const auto* all : {&rows, &former})
    for (const Listed& row : *all) {
      instruments::InstrumentView view;
      view.symbol = row.symbol;
      view.exchange = row.exchange;
      view.broker_symbol = "theirs";
      view.broker_exchange = "THERE";
      view.token = row.token;
      all == &rows ? builder.add(view) : builder.add_former(view);
    }
  return std::make_shared<const instruments::Index>(std::move(builder).build());
}

// `index_flags` are those of NSE_INDEX.
inline registry::Capabilities angel_capabilities(std::uint32_t index_flags = 0) {
  const auto exchange = [](const char* name, std::uint32_t modes, std::initializer_list<std::uint16_t> levels,
                           std::uint32_t flags) {
    bgw_capability c{};
    std::strncpy(c.exchange, name, sizeof c.exchange - 1);
    c.modes = modes;
    c.flags = flags;
    c.depth_count = static_cast<std::uint32_t>(levels.size());
    std::copy(levels.begin(), levels.end(), c.depths);
    return c;
  };
  const bgw_capability all[] = {exchange("NSE", 7, {5, 20}, 0), exchange("BSE", 7, {5}, 0),
                                exchange("NSE_INDEX", 3, {}, index_flags)};
  return registry::Capabilities(all);
}

class RouterTest : public testing::Test {
 protected:
  void SetUp() override {
    router_.add_shard(port_);
    angel_ = router_.add_broker({"angel", "angel", angel_capabilities(), &adapter_.channel, "", {}, false});
    router_.group_for("", {angel_});
    router_.set_index("angel", index_of({{"INFY", "NSE", "1"},
                                         {"TCS", "NSE", "2"},
                                         {"SBIN", "NSE", "3"},
                                         {"INFY", "BSE", "4"},
                                         {"NIFTY", "NSE_INDEX", "5"}}));
    for (const SessionId session : {1U, 2U, 3U}) router_.open(session, kDefaultGroup, Variant::plain, false, 100);
    adapter_.link(bus::LinkState::connected);
    router_.drain(100);
    port_.changes.clear();
  }
  Outcome subscribe(SessionId session, std::string_view symbol, Stream stream, std::string_view exchange = "NSE") {
    return router_.subscribe(session, symbol, exchange, stream);
  }
  Code unsubscribe(SessionId session, std::string_view symbol, Stream stream) {
    return router_.unsubscribe(session, symbol, "NSE", stream).code;
  }
  std::vector<std::string> asked() {
    router_.flush_demand();
    return adapter_.asked();
  }
  // What the sessions get of all that the adapter has sent.
  std::vector<std::string> got() {
    router_.drain(1000);
    return port_.take();
  }
  std::string snapshot(SessionId session, const Outcome& outcome) {
    const std::string_view frame = router_.snapshot(session, outcome.topic);
    return std::string(frame.empty() ? frame : frame.substr(1));
  }

  FakeEncoder encoder_;
  FakePort port_;
  FakeAdapter adapter_;
  std::int64_t now_ = 7'250'000'000;
  std::int64_t monotonic_ = 1'000'000'000'000;
  int epochs_ = 0;
  Router router_{encoder_, port_, {[this] { return now_; }, [this] { return monotonic_; }}, [this] {
                   return "epoch " + std::to_string(++epochs_);
                 }};
  BrokerId angel_ = 0;
};

}  // namespace gw::routing
