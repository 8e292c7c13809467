// The clients of a run, as the router's encoder and port see them: what each holds and got, checked as it comes.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/routing/router.hpp"
#include "tests/property/model_list.hpp"

namespace gw::property {

inline constexpr routing::SessionId kSessions = 5;

// What a client holds: a stream of a symbol.
struct Held {
  int symbol = 0;
  routing::Stream stream;

  friend bool operator<(const Held& a, const Held& b) {
    return std::tuple(a.symbol, upstream::index_of(a.stream)) < std::tuple(b.symbol, upstream::index_of(b.stream));
  }
  friend bool operator==(const Held& a, const Held& b) { return a.symbol == b.symbol && a.stream == b.stream; }
};
inline Held held_of(const routing::TopicInfo& info) { return {symbol_of(info.symbol), info.stream}; }
inline std::string text_of(const Held& h) {
  return symbol_text(h.symbol) + ' ' + std::to_string(h.stream.mode) + '/' + std::to_string(h.stream.depth_level);
}

// The first fault of a run.
struct Fault {
  std::string text;
  void add(std::string what) {
    if (text.empty()) text = std::move(what);
  }
};

struct Frame {
  Held what;
  std::uint64_t seq;
  std::int64_t price;  // 0: none
};

// Checks each value against the lists in use, at the moment when it is put under a symbol's name.
class ModelEncoder final : public routing::Encoder {
 public:
  ModelEncoder(const std::array<ModelList, 2>& lists, Fault& fault) : lists_(lists), fault_(fault) {}

  void prepare(routing::TopicInfo& info) const override { info.head[0] = info.head[1] = info.symbol; }
  bool deflate(const routing::FrameBuffer&, routing::FrameBuffer&) const override { return false; }
  void encode(const routing::TopicInfo& info, const routing::TopicUpdate& u, routing::Variant,
              routing::FrameBuffer& out) const override {
    const Held what = held_of(info);
    if (u.ltp != 0) check(what, u.ltp, "last price");
    if ((u.quote->present & BGW_HAS_OPEN) != 0) check(what, u.quote->open, "quote");
    if (u.bids.size() > static_cast<std::size_t>(info.actual_depth))
      fault_.add(text_of(what) + " has " + std::to_string(u.bids.size()) + " levels, promised were " +
                 std::to_string(info.actual_depth));
    for (const bgw_level& level : u.bids) check(what, level.price, "book");
    const Frame frame{what, u.seq, u.ltp};
    std::memcpy(out.room(sizeof frame), &frame, sizeof frame);
    out.set(0, 0, sizeof frame);
  }

 private:
  void check(const Held& what, std::int64_t price, const char* of) const {
    const Value v = Value::of(price);
    const ModelList& list = lists_[static_cast<std::size_t>(v.broker)];
    if (list.allows(what.symbol, v)) return;
    const int token = list.token(what.symbol);
    fault_.add(text_of(what) + ": the " + of + " is of " + text_of(v) + ", which it has not: " +
               (token == kNone ? "it was never listed"
                               : "its own is " + text_of(Value{v.broker, token, list.life(token)}) +
                                     (list.lists(what.symbol) ? "" : ", and it is not listed")));
  }
  const std::array<ModelList, 2>& lists_;
  Fault& fault_;
};

class ModelClients final : public routing::SessionPort, public topics::ShardPort {
 public:
  using Ends = std::set<std::pair<routing::SessionId, Held>>;

  ModelClients(const std::array<ModelList, 2>& lists, Fault& fault) : lists_(lists), fault_(fault) {}
  void serve(const routing::Router& router) { router_ = &router; }

  std::array<std::set<Held>, kSessions> holds;
  std::array<std::uint64_t, kSessions> delivered{};
  std::array<std::set<Held>, kSessions> told;  // updates since forget_told()
  void forget_told() {
    for (auto& all : told) all.clear();
  }
  // The router must tell the clients of exactly these ends, and may tell them of those in `perhaps`.
  void expect(Ends ends, Ends perhaps = {}) {
    expected_ = std::move(ends);
    perhaps_ = std::move(perhaps);
  }
  void expect_no_more(const std::string& after) {
    perhaps_.clear();
    if (expected_.empty()) return;
    const auto& [session, what] = *expected_.begin();
    fault_.add("session " + std::to_string(session) + " was not told of the end of " + text_of(what) + after);
    expected_.clear();
  }

  void joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane) override {
    audience(topic, lane).push_back(session);
    next_[{session, topic}] = router_->topics()[topic].seq + 1;
  }
  void left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t place) override {
    std::vector<routing::SessionId>& all = audience(topic, lane);
    next_.erase({session, topic});
    if (place >= all.size() || all[place] != session) return fault_.add("somebody left from another's place");
    all[place] = all.back();
    all.pop_back();
  }
  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view bytes,
               std::span<const routing::SessionId> sessions) noexcept override {
    const std::vector<routing::SessionId>& all = audience(topic, lane);
    // Of an update without a price the sampled lane's plain sessions get nothing.
    if (lane != routing::Lane::sampled && !std::equal(all.begin(), all.end(), sessions.begin(), sessions.end()))
      fault_.add("another audience was served");
    const bool plain = lane == routing::Lane::plain || lane == routing::Lane::plain_deflated;
    const Held what = held_of(router_->topics()[topic].info);
    for (const routing::SessionId s : sessions) {
      ++delivered[s];
      told[s].insert(what);
      if (!holds[s].contains(what)) fault_.add(line(s) + "got data of " + text_of(what) + ", which it does not hold");
      std::uint64_t& next = next_[{s, topic}];
      if (lane == routing::Lane::sampled) continue;
      const Frame frame = read(bytes);
      if (!(frame.what == what)) fault_.add(line(s) + "got a frame of another topic than " + text_of(what));
      if (frame.price != 0 &&
          static_cast<std::size_t>(Value::of(frame.price).broker) != broker_of(router_->topics()[topic].info))
        fault_.add(line(s) + "got " + text_of(what) + " of a broker that does not serve it");
      if (plain && frame.price == 0) fault_.add(line(s) + "got " + text_of(what) + " without a price");
      // Books that come before a first price are not for it; how many, the ledger says.
      if (plain && what.stream.mode == BGW_MODE_DEPTH) next = std::max(next, frame.seq);
      if (frame.seq != next)
        fault_.add(line(s) + "got " + text_of(what) + " #" + std::to_string(frame.seq) + ", expected #" +
                   std::to_string(next));
      next = frame.seq + 1;
    }
  }
  void refused(routing::SessionId session, const routing::TopicInfo& info, std::string_view reason) override {
    const Held what = held_of(info);
    if (!holds[session].contains(what))
      fault_.add(line(session) + "was told of a refusal of " + text_of(what) + ", which it does not hold");
    // "no MODE/DEPTH of TOKEN", as a model broker says it.
    int mode = 0;
    int depth = 0;
    int token = 0;
    if (std::sscanf(std::string(reason).c_str(), "no %d/%d of %d", &mode, &depth, &token) != 3) return;
    const ModelList& list = lists_[broker_of(info)];
    if (mode != what.stream.mode || list.token(what.symbol) != token)
      fault_.add(line(session) + "was told '" + std::string(reason) + "' of " + text_of(what));
  }
  void ended(routing::SessionId session, const routing::TopicInfo& info, const routing::Gone& why) override {
    const Held what = held_of(info);
    if (expected_.erase({session, what}) + perhaps_.erase({session, what}) == 0)
      fault_.add(line(session) + "was told of the end of " + text_of(what) + ", which has not ended");
    if (holds[session].erase(what) == 0)
      fault_.add(line(session) + "was told of the end of " + text_of(what) + ", which it does not hold");
    if (why.renamed_to.empty()) return;
    const int other = symbol_of(why.renamed_to);
    if (std::none_of(lists_.begin(), lists_.end(), [&](const ModelList& list) {
          return list.lists(other) && list.token(other) == list.token(what.symbol);
        }))
      fault_.add(text_of(what) + " is said to be " + why.renamed_to + ", which has another token");
  }
  void subscription_changed(routing::TopicId, std::span<const routing::SessionId>) override {}
  void broker_changed(routing::BrokerId) override {}
  void feed_changed(routing::BrokerId) override {}
  void switched(routing::GroupId, std::string_view) override {}
  void renumbered(routing::GroupId group) override {
    for (auto& [who, next] : next_) {
      const auto& topic = router_->topics()[who.second];
      if (router_->interests()[topic.interest].group == group) next = topic.seq + 1;
    }
  }

  static Frame read(std::string_view bytes) {
    Frame frame{};
    std::memcpy(&frame, bytes.data(), sizeof frame);
    return frame;
  }

 private:
  static std::size_t broker_of(const routing::TopicInfo& info) { return info.broker == "0" ? 0 : 1; }
  std::vector<routing::SessionId>& audience(routing::TopicId topic, routing::Lane lane) {
    return audiences_[{topic, lane}];
  }
  static std::string line(routing::SessionId s) { return "session " + std::to_string(s) + " "; }

  const std::array<ModelList, 2>& lists_;
  Fault& fault_;
  const routing::Router* router_ = nullptr;
  Ends expected_;
  Ends perhaps_;
  std::map<std::pair<routing::TopicId, routing::Lane>, std::vector<routing::SessionId>> audiences_;
  std::map<std::pair<routing::SessionId, routing::TopicId>, std::uint64_t> next_;
};

}  // namespace gw::property
