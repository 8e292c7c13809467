// A BrokerLink on an event loop that the test turns by hand, with the routing side of its
// rings.
#pragma once

#include <chrono>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/io_context.hpp>

#include "core/base/log.hpp"
#include "core/bus/records.hpp"
#include "core/plugin_host/broker_link.hpp"
#include "core/plugin_host/host_context.hpp"
#include "scripted_plugin.hpp"
#include "tests/support/footprint.hpp"

namespace gw::plugin_host {

class AdapterTest : public testing::Test {
 protected:
  using LinkState = bus::LinkState;

  // What came up to routing.
  struct Seen {
    std::vector<std::pair<LinkState, std::string>> links;
    std::vector<std::uint32_t> confirmed;
    std::vector<std::pair<std::uint32_t, std::string>> refused;
    std::vector<std::uint32_t> released;
    std::vector<std::uint32_t> quiet;
    std::vector<bgw_tick> ticks;
    std::vector<std::size_t> bids;      // of each tick's book
    std::vector<std::uint32_t> logins;  // of each tick
    std::vector<std::string> feed;      // "NSE stale: why", "NSE live"
    std::vector<bool> live;             // whether each tick proves life
    std::vector<Exponents> exponents;   // of each tick
  };

  AdapterTest() {
    options_.name = "acme";
    options_.reconnect = {1000, 1000, 3, 0.0};  // a thousandth of a millisecond
    options_.idle_close_ns = 1000;
    options_.monotonic = [this] { return monotonic_ns() + later_ns_; };
  }

  BrokerLink& make(std::shared_ptr<const Library> library = nullptr) {
    if (library == nullptr) library = plugin_;
    link_ = std::make_unique<BrokerLink>(io_, std::move(library), options_, bell_);
    return *link_;
  }
  // A plugin that is ready as soon as it is told to connect.
  void make_ready_at_once() {
    plugin_->connect = [this](bgw_error&) {
      host().ready(host().context);
      return BGW_OK;
    };
  }
  void start() {
    make();
    ASSERT_TRUE(link_->prepare());
    link_->start();
  }
  void start_connected() {
    make_ready_at_once();
    start();
    run_until([this] { return state() == LinkState::connected; });
    forget();
  }

  void confirm(std::uint32_t instrument) const {
    const bgw_stream stream{instrument, BGW_MODE_LTP, 0, 0};
    host().confirm(host().context, &stream);
  }
  void refuse(std::uint32_t instrument, const char* text) const {
    const bgw_stream stream{instrument, BGW_MODE_LTP, 0, 0};
    host().refuse(host().context, &stream, BGW_E_INVALID, text);
  }
  // Of the object that was made last. From here on the test may call it as if the gateway were calling the adapter.
  const bgw_host& host() const { return enter(*plugin_->host); }
  // The same of an object by its number, from 1.
  const bgw_host& host_of(std::size_t object) const { return enter(*plugin_->hosts.at(object)); }
  LinkState state() const { return static_cast<LinkState>(link_->counts().state.load()); }
  std::string message() { return seen().links.empty() ? "" : seen().links.back().second; }

  // Turns the loop until `done`; a limit only so that a failing test ends.
  void run_until(const std::function<bool()>& done) {
    while (!done()) {
      if (io_.stopped()) io_.restart();
      if (io_.run_one_for(std::chrono::seconds(20)) == 0) FAIL() << "nothing happens any more";
    }
  }
  // All that is due now.
  void run_ready() {
    if (io_.stopped()) io_.restart();
    io_.poll();
  }
  // Everything that was asked of the adapter and is waiting.
  void settle() {
    for (int i = 0; i < 5; ++i) run_ready();
  }

  void want(std::uint32_t instrument, std::uint32_t mode = BGW_MODE_LTP, std::uint32_t depth = 0,
            std::uint32_t connection = 0, InstrumentKind kind = InstrumentKind::other) {
    const std::string token = "T" + std::to_string(instrument);
    const bus::Demand demand{instrument,      mode,     depth, "SYMBOL",   "NSE",
                             "BROKER-SYMBOL", "NSE_EQ", token, connection, kind};
    ASSERT_TRUE(bus::put_demand(link_->channel().demand(), demand));
    link_->channel().adapter_bell().ring();
  }
  void unwant(std::uint32_t instrument) { want(instrument, 0); }

  // All since the last forget().
  const Seen& seen() {
    bus::Ring& ring = link_->channel().updates();
    for (auto record = ring.front(); !record.empty(); record = ring.front()) {
      see(record);
      ring.release();
    }
    return seen_;
  }
  void forget() {
    seen();
    seen_ = {};
    plugin_->take_calls();
  }

  void publish(const bgw_tick* tick, const bgw_book* book = nullptr) const {
    const bgw_update update{tick, nullptr, book, nullptr, 0, 0};
    host().publish(host().context, &update);
  }

  // What so many losses in a row leave behind: nothing.
  static void expect_flat(const std::function<void(int losses)>& lose) {
    log::set_level(log::Level::error);
    lose(6000);  // until the ring has been all the way round
    const support::Footprint before = support::footprint();
    lose(1000);
    const support::Footprint after = support::footprint();
    log::set_level(log::Level::info);
    EXPECT_EQ(after.descriptors, before.descriptors);
    EXPECT_EQ(after.threads, before.threads);
    EXPECT_LE(support::kMemoryIsOurs ? after.memory_kib : 0, before.memory_kib + 512);
  }

  boost::asio::io_context io_{1};
  bus::Doorbell bell_;
  std::shared_ptr<ScriptedPlugin> plugin_ = std::make_shared<ScriptedPlugin>();
  LinkOptions options_;
  std::unique_ptr<BrokerLink> link_;
  Seen seen_;
  mutable std::optional<HostContext::Call> inside_;

  const bgw_host& enter(const bgw_host& table) const {
    inside_.reset();
    inside_.emplace(static_cast<const HostContext*>(table.context));
    return table;
  }
  std::int64_t later_ns_ = 0;  // the link's monotonic clock is so much ahead

 private:
  void see(std::span<const std::byte> record) {
    bus::RecordKind kind;
    std::memcpy(&kind, record.data(), sizeof kind);
    if (kind == bus::RecordKind::link) {
      bus::LinkRecord link;
      std::memcpy(&link, record.data(), sizeof link);
      seen_.links.emplace_back(link.state, link.message);
      return;
    }
    if (kind == bus::RecordKind::update) {
      const bus::UpdateView view = bus::view_update(record);
      seen_.ticks.push_back(*view.tick);
      seen_.bids.push_back(view.bids.size());
      seen_.logins.push_back(view.header->login);
      seen_.live.push_back(view.header->is_live != 0);
      seen_.exponents.push_back(view.header->exponents);
      return;
    }
    if (kind == bus::RecordKind::feed) {
      bus::FeedRecord feed;
      std::memcpy(&feed, record.data(), sizeof feed);
      seen_.feed.push_back(std::string(feed.exchange) + ' ' + bus::word(feed.state));
      if (feed.state != bus::FeedState::live) seen_.feed.back() += std::string(": ") + feed.message;
      return;
    }
    bus::HandleRecord handle;
    std::memcpy(&handle, record.data(), sizeof handle);
    if (kind == bus::RecordKind::confirm) seen_.confirmed.push_back(handle.instrument);
    if (kind == bus::RecordKind::quiet) seen_.quiet.push_back(handle.instrument);
    if (kind == bus::RecordKind::released) seen_.released.push_back(handle.instrument);
    if (kind == bus::RecordKind::refuse)
      seen_.refused.emplace_back(handle.instrument, std::to_string(handle.code) + ' ' + handle.message);
  }
};

}  // namespace gw::plugin_host
