// One of Bybit's order books, from snapshots and deltas, as the best levels that were asked for. [adapter]
// Source: bybit-exchange.github.io/docs, v5/websocket/public/orderbook: a snapshot replaces the book, `u` counts up by
// one with each delta and is 1 when the service has begun anew, a size of 0 deletes the level. Books of depth 1 come as
// snapshots only.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "bgw/abi.h"
#include "bgw/book.hpp"
#include "bybit_frames.hpp"

namespace bybit {

class Book {
 public:
  // `depth`: of the topic; `level`: how many levels are published.
  Book(std::uint32_t depth, std::uint32_t level, int price_exponent, int quantity_exponent);

  enum class Outcome {
    kPublish,   // top() has the book
    kNothing,   // the book waits for a snapshot
    kAskAnew,   // the book is suspect: end the topic and ask for it again
    kMalformed  // a price or size is no decimal: call lose(), and refuse the frame; the book is as it was
  };
  // `now_ns`: monotonic. A book whose snapshot does not come, or is as bad as the last one, is asked for again every
  // ten seconds.
  Outcome take(bool is_snapshot, const BookData& data, std::int64_t now_ns);
  // A frame of the book could not be read: what it said is missing. kAskAnew or kNothing. `why` lives as long as the
  // program.
  Outcome lose(const char* why, std::int64_t now_ns);
  // Whether a snapshot that was asked for, or was missed for the first time, has not come for ten seconds, and must be
  // asked for again now.
  bool is_overdue(std::int64_t now_ns);
  // The socket is gone, and the topic will be asked for on the next one.
  void start_anew();

  // Nothing: the book is not whole.
  std::optional<bgw_book> top() const { return builder_.top(level_); }
  const char* why() const { return why_; }
  // How many prices and sizes of the last update had more decimals than the instrument's exponents.
  std::uint32_t misfits() const { return misfits_; }
  std::uint32_t depth() const { return depth_; }
  std::uint32_t level() const { return level_; }
  void set_level(std::uint32_t level) { level_ = level; }

 private:
  static constexpr std::int64_t kPatienceNs = 10'000'000'000;

  // False: a text is no decimal.
  bool convert(const std::vector<LevelText>& texts, std::vector<bgw_level>& out);
  Outcome ask_anew(const char* why, std::int64_t now_ns);

  std::uint32_t depth_;
  std::uint32_t level_;
  int price_exponent_;
  int quantity_exponent_;
  bgw::BookBuilder builder_;
  std::vector<bgw_level> bids_;
  std::vector<bgw_level> asks_;
  const char* why_ = "";
  std::uint32_t misfits_ = 0;
  std::optional<std::int64_t> missed_ns_;  // since when: a snapshot that has not come yet
};

}  // namespace bybit
