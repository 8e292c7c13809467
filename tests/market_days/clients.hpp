// The clients of a day, as the router's encoder and port see them: what each holds and got, in which order.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/routing/router.hpp"
#include "tests/market_days/fault.hpp"
#include "tests/market_days/market.hpp"

namespace gw::market_days {

struct Frame {
  std::size_t instrument;
  std::uint64_t trade;
  std::int64_t time_ns;  // the earlier of the exchange's and the arrival's
};

class Encoder final : public routing::Encoder {
 public:
  explicit Encoder(Fault& fault) : fault_(fault) {}
  void prepare(routing::TopicInfo& info) const override { info.head[0] = info.head[1] = info.symbol; }
  bool deflate(const routing::FrameBuffer&, routing::FrameBuffer&) const override { return false; }
  void encode(const routing::TopicInfo& info, const routing::TopicUpdate& u, routing::Variant,
              routing::FrameBuffer& out) const override {
    const auto [instrument, trade] = trade_of(u.ltp);
    if (instruments()[instrument].symbol != info.symbol)
      fault_.add(5, ": a price of " + instruments()[instrument].symbol + " under the name of " + info.symbol);
    const Frame frame{instrument, trade, std::min(u.exchange_time_ns, u.received_ns)};
    std::memcpy(out.room(sizeof frame), &frame, sizeof frame);
    out.set(0, 0, sizeof frame);
  }

 private:
  Fault& fault_;
};

class Clients final : public routing::SessionPort, public topics::ShardPort {
 public:
  // What one client has of one instrument.
  struct Holding {
    routing::SessionId session;
    std::size_t instrument;
    routing::Stream stream;
    bool held = true;
    std::uint64_t last_trade = 0;
    std::int64_t last_time_ns = 0;
    std::uint64_t got = 0;
  };

  explicit Clients(std::int64_t resolution_ns, Fault& fault) : resolution_ns_(resolution_ns), fault_(fault) {}
  std::function<void(routing::GroupId, std::string_view why)> on_switched;
  // For tests of the oracle: what comes is forgotten; what comes is taken for the first trade of the day.
  bool loses = false;
  bool turns_back = false;
  void forgets_one(routing::SessionId session) { --delivered_[session]; }

  // The coarser of the brokers'.
  std::int64_t resolution_ns() const { return resolution_ns_; }
  void hold(routing::SessionId session, routing::TopicId topic, std::size_t instrument, routing::Stream stream) {
    by_topic_[{session, topic}] = holdings_.size();
    by_instrument_[instrument].push_back(holdings_.size());
    holdings_.push_back({session, instrument, stream});
    if (const auto last = last_of_topic_.find(topic);
        last != last_of_topic_.end() && last->second.instrument == instrument) {
      holdings_.back().last_trade = last->second.trade;
      holdings_.back().last_time_ns = last->second.time_ns;
    }
    ++held_[instruments()[instrument].exchange];
  }
  void leave(routing::SessionId session) {
    for (Holding& h : holdings_)
      if (h.session == session && std::exchange(h.held, false)) --held_[instruments()[h.instrument].exchange];
  }
  std::size_t held(Exchange exchange) const { return held_[exchange]; }  // by all clients together
  template <class F>
  void for_each_of(std::size_t instrument, F&& each) {
    for (const std::size_t place : by_instrument_[instrument])
      if (holdings_[place].held) each(place, holdings_[place]);
  }
  const Holding& at(std::size_t place) const { return holdings_[place]; }
  std::uint64_t delivered(routing::SessionId session) const {
    const auto found = delivered_.find(session);
    return found == delivered_.end() ? 0 : found->second;
  }
  // The fastest pace of what is held and trades there.
  Pace fastest(Exchange exchange, const Market& market) const {
    std::size_t pace = kNever;
    for (const Holding& h : holdings_)
      if (h.held && instruments()[h.instrument].exchange == exchange && market.is_continuous(h.instrument))
        pace = std::min<std::size_t>(pace, instruments()[h.instrument].pace);
    return static_cast<Pace>(pace);
  }

  void deliver(routing::TopicId topic, routing::Lane, std::string_view bytes,
               std::span<const routing::SessionId> sessions) noexcept override {
    if (loses) return;
    Frame frame{};
    std::memcpy(&frame, bytes.data(), sizeof frame);
    if (turns_back) frame.trade = 1, frame.time_ns = 1;
    last_of_topic_.insert_or_assign(topic, frame);
    for (const routing::SessionId session : sessions) {
      ++delivered_[session];
      const auto found = by_topic_.find({session, topic});
      if (found == by_topic_.end()) continue;  // within subscribe(): hold() follows
      Holding& h = holdings_[found->second];
      if (frame.trade < h.last_trade && frame.time_ns / resolution_ns_ < h.last_time_ns / resolution_ns_)
        fault_.add(5, ": " + instruments()[h.instrument].symbol + ": trade " + std::to_string(frame.trade) +
                          " came after " + std::to_string(h.last_trade));
      h.last_trade = std::max(h.last_trade, frame.trade);
      h.last_time_ns = std::max(h.last_time_ns, frame.time_ns);
      ++h.got;
    }
  }
  void joined(routing::SessionId, routing::TopicId, routing::Lane) override {}
  void left(routing::SessionId, routing::TopicId, routing::Lane, std::uint32_t) override {}
  void refused(routing::SessionId, const routing::TopicInfo& info, std::string_view reason) override {
    // Where every good subscribe is answered, no answer is a refusal, until data come.
    if (reason != "no data and no word from the broker")
      fault_.add(5, ": " + info.symbol + " was refused: " + std::string(reason));
  }
  void ended(routing::SessionId, const routing::TopicInfo& info, const routing::Gone&) override {
    fault_.add(5, ": " + info.symbol + " was ended");
  }
  void subscription_changed(routing::TopicId, std::span<const routing::SessionId>) override {}
  void broker_changed(routing::BrokerId) override {}
  void feed_changed(routing::BrokerId) override {}
  void switched(routing::GroupId group, std::string_view why) override { on_switched(group, why); }
  void renumbered(routing::GroupId) override {}

 private:
  std::int64_t resolution_ns_;
  Fault& fault_;
  std::vector<Holding> holdings_;
  std::map<std::pair<routing::SessionId, routing::TopicId>, std::size_t> by_topic_;
  std::map<routing::TopicId, Frame> last_of_topic_;  // what who comes later is told at once
  std::map<std::size_t, std::vector<std::size_t>> by_instrument_;
  std::array<std::size_t, kExchanges> held_{};
  std::map<routing::SessionId, std::uint64_t> delivered_;
};

}  // namespace gw::market_days
