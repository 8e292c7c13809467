// The two sides of a router: sessions that note what they get, and an adapter that says what it was
// asked for.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/bus/channel.hpp"
#include "core/routing/names.hpp"
#include "core/routing/ports.hpp"

namespace gw::routing {

// "INFY.NSE 4/20 as 20 #3 1.5 2x1": topic, level asked for and given, seq, ltp (in whole units),
// bids x asks. Then "book" or "quote" of what else tests look at, and "old" for a value from
// memory.
class FakeEncoder final : public Encoder {
 public:
  void prepare(TopicInfo& info) const override {
    std::string head = info.symbol + '.' + info.exchange + ' ' + std::to_string(info.stream.mode);
    if (info.stream.mode == BGW_MODE_DEPTH)
      head += '/' + std::to_string(info.stream.depth_level) + " as " + std::to_string(info.actual_depth);
    info.head[0] = head;
    info.head[1] = head + " extras";
  }
  void encode(const TopicInfo& info, const TopicUpdate& u, Variant variant, FrameBuffer& out) const override {
    ++encodings;
    std::string text = info.head[static_cast<std::size_t>(variant)] + " #" + std::to_string(u.seq) +
                       (u.has_ltp ? " ltp " + std::to_string(u.ltp) : std::string(" no ltp"));
    if (info.stream.mode == BGW_MODE_DEPTH)
      text += ' ' + std::to_string(u.bids.size()) + 'x' + std::to_string(u.asks.size());
    if (u.snapshot) text += " age " + std::to_string(u.age_ms);
    if (u.suspect) text += " suspect";
    if (shows_all) text += all_of(info, u);
    std::memcpy(out.room(text.size() + 1), "!", 1);  // one byte of header
    std::memcpy(out.room(text.size() + 1) + 1, text.data(), text.size());
    out.set(0, 1, text.size() + 1);
  }
  bool deflate(const FrameBuffer&, FrameBuffer&) const override { return false; }

  mutable int encodings = 0;
  bool shows_all = false;  // each level, the quote's open, oi and circuit, the further values and the units

 private:
  static std::string all_of(const TopicInfo& info, const TopicUpdate& u) {
    std::string text;
    for (const auto& [name, side] : {std::pair{" b", u.bids}, std::pair{" a", u.asks}})
      for (const bgw_level& level : side) text += name + std::to_string(level.price);
    const bool depth = info.stream.mode == BGW_MODE_DEPTH;
    const bgw_tick& quote = depth ? *u.quote : *u.tick;
    const bgw_tick_rare* rare = depth ? u.quote_rare : u.rare;
    if (info.stream.mode == BGW_MODE_LTP) return text;
    if ((quote.present & BGW_HAS_OPEN) != 0) text += " open " + std::to_string(quote.open);
    if ((quote.present & BGW_HAS_OI) != 0) text += " oi " + std::to_string(quote.oi);
    if (rare != nullptr && (quote.present & BGW_HAS_UPPER_CIRCUIT) != 0)
      text += " circuit " + std::to_string(rare->upper_circuit);
    for (const bgw_value& value : u.values)
      text += " v" + std::to_string(value.kind) + '=' + std::to_string(value.value);
    if (u.exponents != Exponents{}) text += " e" + std::to_string(u.exponents.price);
    return text;
  }
};

class FakePort final : public SessionPort, public topics::ShardPort {
 public:
  void joined(SessionId, TopicId, Lane) override {}
  void left(SessionId, TopicId, Lane, std::uint32_t) override {}
  void deliver(TopicId, Lane, std::string_view frame, std::span<const SessionId> sessions) noexcept override {
    for (const SessionId session : sessions)
      delivered.push_back(std::to_string(session) + ": " + std::string(frame.empty() ? frame : frame.substr(1)));
  }
  void refused(SessionId session, const TopicInfo& topic, std::string_view reason) override {
    refusals.push_back(std::to_string(session) + ": " + topic.head[0] + ": " + std::string(reason));
  }
  void ended(SessionId session, const TopicInfo& topic, const Gone& why) override {
    ends.push_back(std::to_string(session) + ": " + topic.head[0]);
    if (!why.renamed_to.empty()) ends.back() += ", now " + why.renamed_to;
    if (!why.expired_on.empty()) ends.back() += ", expired on " + why.expired_on;
    if (!why.other_instrument_at.empty()) ends.back() += ", another instrument at " + why.other_instrument_at;
  }
  void subscription_changed(TopicId topic, std::span<const SessionId> sessions) override {
    for (const SessionId session : sessions) subscriptions.emplace_back(topic, session);
  }
  void broker_changed(BrokerId broker) override { changes.push_back(broker); }
  void feed_changed(BrokerId broker) override { feeds.push_back(broker); }
  void switched(GroupId group, std::string_view why) override {
    switches.push_back(std::to_string(group) + ": " + std::string(why));
  }

  void renumbered(GroupId group) override { renumberings.push_back(group); }

  std::vector<std::string> take() {
    std::sort(delivered.begin(), delivered.end());
    return std::exchange(delivered, {});
  }
  std::vector<std::string> delivered;
  std::vector<std::string> refusals;
  std::vector<std::string> ends;
  std::vector<std::pair<TopicId, SessionId>> subscriptions;
  std::vector<BrokerId> changes;
  std::vector<BrokerId> feeds;
  std::vector<std::string> switches;
  std::vector<GroupId> renumberings;
};

class FakePublisher final : public Publisher {
 public:
  void publish(std::string_view topic, std::string_view payload) noexcept override {
    published.push_back(std::string(topic) + " <- " + std::string(payload));
  }
  std::vector<std::string> published;
};

class FakeAdapter {
 public:
  explicit FakeAdapter(std::size_t demand_bytes = 1 << 14, std::size_t update_bytes = 1 << 16)
      : channel(update_bytes, demand_bytes, bell) {}

  // What was asked since the last call: "0 INFY.NSE mode 4/20 token 7", or "0 INFY.NSE none". A record that asks
  // nothing of the broker ends in "described: kind 1, lots of 75".
  std::vector<std::string> asked() {
    std::vector<std::string> out;
    for (auto record = channel.demand().front(); !record.empty(); record = channel.demand().front()) {
      const bus::Demand d = bus::view_demand(record);
      if (d.instrument == bus::kProof) {
        proofs.push_back(std::string(d.exchange));
        dead_connections.push_back(d.connection);
        channel.demand().release();
        continue;
      }
      std::string text = std::to_string(d.instrument) + ' ' + std::string(d.symbol) + '.' + std::string(d.exchange);
      text += d.mode == 0 ? " none" : " mode " + std::to_string(d.mode);
      if (d.depth_level != 0) text += '/' + std::to_string(d.depth_level);
      if (d.mode != 0) text += " token " + std::string(d.token);
      if (d.is_description)
        text +=
            " described: kind " + std::to_string(static_cast<int>(d.kind)) + ", lots of " + std::to_string(d.lot_size);
      names = std::string(d.broker_symbol) + '@' + std::string(d.broker_exchange);
      out.push_back(std::move(text));
      channel.demand().release();
    }
    return out;
  }

  void tick(std::uint32_t instrument, std::uint32_t modes, std::int64_t ltp, std::int64_t received = kReceived) {
    const bgw_tick t = tick_of(instrument, modes, ltp);
    channel.writer().update({&t, nullptr, nullptr, nullptr, 0, 0}, {.received_ns = received});
  }
  // A packet of these modes whose last price was none.
  void tick_without_price(std::uint32_t instrument, std::uint32_t modes) {
    bgw_tick t = tick_of(instrument, modes, 0);
    t.present = 0;
    channel.writer().update({&t, nullptr, nullptr, nullptr, 0, 0}, {.received_ns = kReceived});
  }
  void book(std::uint32_t instrument, std::int64_t ltp, std::uint32_t bids, std::uint32_t asks,
            std::uint32_t modes = BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH,
            std::uint32_t asked_depth = kMaxBookLevels) {
    bgw_tick t = tick_of(instrument, modes, ltp);
    if ((modes & BGW_MODE_LTP) == 0) t.present = 0;
    const std::vector<bgw_level> levels(std::max(bids, asks), {1, 1, 1, 0});
    const bgw_book b{0, bids, asks, BGW_HAS_ORDERS, 0, 0, 0, levels.data(), levels.data()};
    channel.writer().update({&t, nullptr, &b, nullptr, 0, 0}, {.received_ns = kReceived, .asked_depth = asked_depth});
  }
  void snapshot(std::uint32_t instrument, std::uint32_t modes, std::int64_t ltp) {
    const bgw_tick t = tick_of(instrument, modes, ltp);
    channel.writer().update({&t, nullptr, nullptr, nullptr, 0, 0}, {.received_ns = kReceived, .is_live = false});
  }
  void link(bus::LinkState state, std::string_view message = "", bool by_choice = false) {
    channel.writer().link(state, message, by_choice);
  }
  // Of what was demanded last of it.
  void refuse(std::uint32_t instrument, std::string_view reason, std::uint32_t mode = BGW_MODE_QUOTE,
              std::uint32_t depth_level = 0) {
    channel.writer().refused({instrument, mode, depth_level, 0}, BGW_E_INVALID, reason);
  }
  void released(std::uint32_t instrument) { channel.writer().released(instrument); }

  static constexpr std::int64_t kReceived = 5'000'000'000;
  bus::Doorbell bell;
  bus::Channel channel;
  std::string names;                // the broker's, of the last demand
  std::vector<std::string> proofs;  // exchanges whose feed routing has proved dead, and on which connection
  std::vector<std::uint32_t> dead_connections;

 private:
  static bgw_tick tick_of(std::uint32_t instrument, std::uint32_t modes, std::int64_t ltp) {
    bgw_tick t{};
    t.instrument = instrument;
    t.modes = modes;
    t.present = BGW_HAS_LTP;
    t.ltp = ltp;
    return t;
  }
};

}  // namespace gw::routing
