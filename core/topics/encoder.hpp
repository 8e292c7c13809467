// What core/topics asks of the codec: an update of a topic made into one finished frame.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bgw/abi.h"
#include "core/base/exponents.hpp"
#include "core/topics/lane.hpp"
#include "core/upstream/stream.hpp"

namespace gw::topics {

// What the frames of a topic have in common. Changes only when another broker, or another number of levels, comes to
// serve the topic; Encoder::prepare is called then.
struct TopicInfo {
  std::string symbol;
  std::string exchange;
  upstream::Stream stream;
  int actual_depth = 0;        // depth mode: levels that the broker really gives
  std::string broker_message;  // depth mode, on a fallback; else empty
  // Made by Encoder::prepare: the part of the frame before the ltp, per variant, and the message as JSON.
  std::string head[kVariants];
  std::string message_json = {};
  bool simulated = false;       // the broker's prices are invented
  std::string broker = {};      // its name
  bool is_of_24_hours = false;  // the quote values are of the last 24 hours, not of a day
};

struct TopicUpdate {
  Exponents exponents;  // of all prices and quantities here
  const bgw_tick* tick;
  const bgw_tick_rare* rare;  // or null
  std::span<const bgw_value> values;
  std::span<const bgw_level> bids;
  std::span<const bgw_level> asks;
  bool has_orders;  // the broker says how many orders stand at each level
  // The last price: the tick's own, or else the newest known. Before the first one is known there is none, and the
  // update is for sessions with extras only.
  bool has_ltp;
  std::int64_t ltp;
  // The tick whose quote values a depth update with extras shows; may be `tick` and `rare`.
  const bgw_tick* quote;
  const bgw_tick_rare* quote_rare;
  std::int64_t exchange_time_ns;  // 0: none
  std::uint64_t seq;
  std::int64_t received_ns;
  std::int64_t published_ns;
  bool snapshot;  // made from the last value, for one client
  bool suspect;   // the last value is suspect
  std::int64_t age_ms;
};

// Memory for one frame, reused for ever; it only grows.
class FrameBuffer {
 public:
  // At least `size` bytes of uninitialised room. What was there is gone.
  char* room(std::size_t size) {
    if (size > capacity_) {
      memory_ = std::make_unique_for_overwrite<char[]>(size);
      capacity_ = size;
    }
    return memory_.get();
  }
  void set(std::size_t begin, std::size_t payload, std::size_t end) {
    begin_ = begin;
    payload_ = payload;
    end_ = end;
  }
  std::string_view frame() const { return {memory_.get() + begin_, end_ - begin_}; }
  std::string_view payload() const { return {memory_.get() + payload_, end_ - payload_}; }

 private:
  std::unique_ptr<char[]> memory_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t payload_ = 0;
  std::size_t end_ = 0;
};

class Encoder {
 public:
  virtual ~Encoder() = default;
  virtual void prepare(TopicInfo& info) const = 0;
  // Makes header and payload. Allocates only while `out` grows. [routing]
  virtual void encode(const TopicInfo& info, const TopicUpdate& update, Variant variant, FrameBuffer& out) const = 0;
  // Compresses the frame for sessions that take compressed ones. False: it is too small to be worth it. [routing]
  virtual bool deflate(const FrameBuffer& frame, FrameBuffer& out) const = 0;
};

}  // namespace gw::topics
