// SPDX-License-Identifier: Apache-2.0
// bgw/book.hpp - an order book that the exchange sends as a snapshot and changes. [adapter]
//
//   bgw::BookBuilder book(subscription, {.levels = 200});
//   ...
//   is_snapshot ? book.begin_snapshot(u) : book.begin_delta(u);
//   for (auto& [price, size] : bids) book.bid(price, size);      // texts as they were sent, or int64
//   for (auto& [price, size] : asks) book.ask(price, size);
//   switch (book.finish()) {
//     case bgw::BookResult::kPublish: { const bgw_book top = *book.top(50); publish(tick, nullptr, &top); } break;
//     case bgw::BookResult::kSubscribeAnew: log(BGW_LOG_WARNING, book.why()); subscribe_anew(); break;
//     case bgw::BookResult::kNothing: break;
//   }
//
// The book is whole from a snapshot on. Whatever shows that it may be wrong (a hole in the numbers, a wrong checksum, a
// crossed book, a malformed level) makes it suspect: nothing is published from it until the next good snapshot.
#pragma once

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "bgw/abi.h"
#include "bgw/book_side.hpp"
#include "bgw/crc32.hpp"
#include "bgw/decimal.hpp"

namespace bgw {

enum class BookResult {
  kPublish,  // the book is whole and top() has it
  // Nothing is to be done: an update that the book already has, or the book waits for a snapshot.
  kNothing,
  // The book has become suspect, or a snapshot was bad: ask the exchange for a new one. Answered once for each time;
  // updates that come until the snapshot answer kNothing. Keep to the broker's pace when it happens again and again.
  kSubscribeAnew
};

// How an exchange keeps its books.
struct BookRules {
  // Levels a side of the stream that is subscribed. A side with more than twice as many (and 64) is suspect.
  std::uint32_t levels = BGW_MIN_LEVELS;
  // The exchange does not delete levels that fall out of the book: both sides are cut to `levels` after each update.
  bool is_cut = false;
  // Snapshots have this many of the best levels of a side at most, and deltas change deeper ones too, as with Binance's
  // snapshot over HTTP. What lies behind the worst level of a full snapshot is not known, and is left out: top() has
  // fewer levels as better ones go. Fetch a new snapshot when it has fewer than you need. 0: snapshots have every
  // level.
  std::uint32_t snapshot_levels = 0;
  bool may_cross = false;       // false: a best bid at or above the best ask makes the book suspect
  bool has_orders = false;      // levels say how many orders they have
  bool keeps_decimals = false;  // for checksums over texts: bid_price_text() and so on write them as they were sent
  bool repeated_is_suspect = false;        // an update whose number is not above the last one; false: it is ignored
  bool unknown_delete_is_suspect = false;  // the deletion of a price that has no level; false: it is ignored
};

// Prices and quantities are int64 at the instrument's exponents, as in bgw_book. [adapter]
class BookBuilder {
 public:
  BookBuilder(BookRules rules, int price_exponent, int quantity_exponent) noexcept
      : rules_(rules),
        price_exponent_(price_exponent),
        quantity_exponent_(quantity_exponent),
        bids_(true, rules.keeps_decimals),
        asks_(false, rules.keeps_decimals) {}
  BookBuilder(const bgw_subscription& subscription, BookRules rules) noexcept
      : BookBuilder(rules, subscription.price_exponent, subscription.quantity_exponent) {}

  // ---- one update: begin, the levels, finish ----

  // Begins a snapshot, which replaces the book, and is always taken (true). `number`: that of the last change in it.
  bool begin_snapshot(std::uint64_t number) noexcept {
    begin_snapshot();
    has_number_ = true;
    number_ = number;
    return true;
  }
  // A snapshot without a number: the first numbered delta after it is taken, whatever its number.
  bool begin_snapshot() noexcept {
    bids_.clear();
    asks_.clear();
    worst_bid_ = worst_ask_ = std::nullopt;
    has_number_ = false;
    must_ask_ = false;
    update_ = Update::kSnapshot;
    return true;
  }
  // Begins a delta. False: the book does not take it, and its levels may be left out; finish() says why.
  // For exchanges without numbers:
  bool begin_delta() noexcept {
    if (is_taking()) fail("found an update that was begun and not finished, expected it finished");
    update_ = state_ == State::kWhole ? Update::kDelta : Update::kSkipped;
    return update_ == Update::kDelta;
  }
  // `number` counts up by one with each update, as Bybit's `u` does.
  bool begin_delta(std::uint64_t number) noexcept { return begin_delta(number, number); }
  // The delta holds the changes `first` to `last`, as Binance's `U` and `u` say; they may overlap with what the book
  // has. Where the exchange names the update before (OKX's `prevSeqId`, `pu` of Binance's futures), `first` is that
  // number and one; a delta that repeats the number before it, as OKX sends when nothing has changed, ends one before
  // it begins, and is taken. One that goes further back shows that the exchange counts anew.
  bool begin_delta(std::uint64_t first, std::uint64_t last) noexcept {
    if (!begin_delta()) return false;
    const auto shown = [](std::uint64_t number) { return static_cast<unsigned long long>(number); };
    const bool is_behind_next = has_number_ && first > number_ && first - number_ > 1;
    const bool has_all = has_number_ && first <= number_ && last <= number_;
    if (is_behind_next) {
      fail("found update %llu, expected %llu", shown(first), shown(number_ + 1));
    } else if (has_all) {
      update_ = Update::kSkipped;
      if (rules_.repeated_is_suspect) fail("found update %llu, expected one after %llu", shown(last), shown(number_));
    } else if (first > last && first - last > 1) {
      fail("found an update from %llu back to %llu, expected numbers that count up", shown(first), shown(last));
    } else {
      has_number_ = true;
      number_ = last;
    }
    return update_ == Update::kDelta;
  }

  // One level of the update: inserts or replaces it; a quantity of 0 deletes it. In a snapshot each price comes once.
  void bid(std::int64_t price, std::int64_t quantity, std::uint32_t orders = 0) {
    set(bids_, {price, quantity, orders, 0}, {places(-price_exponent_), places(-quantity_exponent_)});
  }
  void ask(std::int64_t price, std::int64_t quantity, std::uint32_t orders = 0) {
    set(asks_, {price, quantity, orders, 0}, {places(-price_exponent_), places(-quantity_exponent_)});
  }
  // From decimal texts. A text that is no decimal, or has more decimals than the exponent, makes the book suspect.
  void bid(std::string_view price, std::string_view quantity, std::uint32_t orders = 0) {
    set(bids_, price, quantity, orders);
  }
  void ask(std::string_view price, std::string_view quantity, std::uint32_t orders = 0) {
    set(asks_, price, quantity, orders);
  }

  BookResult finish() noexcept {
    return finish_if([] { return true; });
  }
  // The same for exchanges that send a checksum: `checksum_of(*this)` must be `expected`.
  template <class Checksum>
  BookResult finish(std::int64_t expected, Checksum&& checksum_of) {
    return finish_if([&] {
      const std::int64_t found = static_cast<std::int64_t>(checksum_of(static_cast<const BookBuilder&>(*this)));
      if (found != expected)
        fail("found checksum %lld, expected %lld", static_cast<long long>(found), static_cast<long long>(expected));
      return found == expected;
    });
  }
  // Makes the book suspect because of something that the builder cannot see, such as the end of the connection. The
  // caller asks for the snapshot. `why` lives as long as the program.
  void mark_suspect(const char* why) noexcept {
    fail("%s", why);
    update_ = Update::kNone;
    must_ask_ = false;
  }

  // ---- the book ----

  bool is_whole() const noexcept { return state_ == State::kWhole && update_ == Update::kNone; }
  // The best levels, at most `levels` a side, without a copy: valid until the next update. Nothing: not whole.
  std::optional<bgw_book> top(std::size_t levels) const noexcept {
    if (!is_whole()) return std::nullopt;
    levels = std::min<std::size_t>(levels, rules_.levels);
    bgw_book book{};
    book.size = sizeof book;
    book.bid_count = static_cast<std::uint32_t>(std::min(levels, bids_.size()));
    book.ask_count = static_cast<std::uint32_t>(std::min(levels, asks_.size()));
    book.bids = book.bid_count == 0 ? nullptr : bids_.levels().data();
    book.asks = book.ask_count == 0 ? nullptr : asks_.levels().data();
    if (rules_.has_orders) book.present = static_cast<std::uint32_t>(BGW_HAS_ORDERS);
    return book;
  }
  // Why the book is suspect, for an operator: "found …, expected …". Empty: it never was.
  const char* why() const noexcept { return why_.data(); }
  // The number of the last update; 0: none had one.
  std::uint64_t number() const noexcept { return has_number_ ? number_ : 0; }

  // ---- for checksums; also while an update is being finished ----

  // All levels, best first.
  std::span<const bgw_level> bids() const noexcept { return bids_.levels(); }
  std::span<const bgw_level> asks() const noexcept { return asks_.levels(); }
  // The texts of a level as they were sent (with BookRules::keeps_decimals), with or without their point.
  DecimalText bid_price_text(std::size_t i, bool has_point = true) const noexcept {
    return {bids()[i].price, price_exponent_, bids_.decimals_at(i).price, has_point};
  }
  DecimalText bid_quantity_text(std::size_t i, bool has_point = true) const noexcept {
    return {bids()[i].quantity, quantity_exponent_, bids_.decimals_at(i).quantity, has_point};
  }
  DecimalText ask_price_text(std::size_t i, bool has_point = true) const noexcept {
    return {asks()[i].price, price_exponent_, asks_.decimals_at(i).price, has_point};
  }
  DecimalText ask_quantity_text(std::size_t i, bool has_point = true) const noexcept {
    return {asks()[i].quantity, quantity_exponent_, asks_.decimals_at(i).quantity, has_point};
  }
  // Kraken's: CRC32 of price and quantity of the best asks, then of the best bids, without points and leading zeros.
  // Source: docs.kraken.com, "Book checksum" of WebSocket v1 (v2 has the same rule).
  std::uint32_t kraken_checksum(std::size_t levels = 10) const noexcept {
    Crc32 crc;
    for (std::size_t i = 0; i < std::min(levels, asks_.size()); ++i) {
      crc.add(ask_price_text(i, false));
      crc.add(ask_quantity_text(i, false));
    }
    for (std::size_t i = 0; i < std::min(levels, bids_.size()); ++i) {
      crc.add(bid_price_text(i, false));
      crc.add(bid_quantity_text(i, false));
    }
    return crc.value();
  }

 private:
  enum class State { kWaiting, kWhole, kSuspect };
  enum class Update { kNone, kSnapshot, kDelta, kSkipped, kFailed };

  static std::int8_t places(int decimals) noexcept { return static_cast<std::int8_t>(std::clamp(decimals, 0, 18)); }

  void set(BookSide& side, std::string_view price_text, std::string_view quantity_text, std::uint32_t orders) {
    if (!is_taking()) return;
    BookSide::Decimals decimals;
    std::int64_t price = 0, quantity = 0;
    if (read(price_text, price_exponent_, "price", price, decimals.price) &&
        read(quantity_text, quantity_exponent_, "quantity", quantity, decimals.quantity))
      set(side, {price, quantity, orders, 0}, decimals);
  }
  bool read(std::string_view text, int exponent, const char* what, std::int64_t& value,
            std::int8_t& decimals) noexcept {
    const detail::ScannedDecimal scanned = detail::scan_decimal(text);
    std::optional<std::int64_t> found;
    if (scanned.is_number && !scanned.is_too_long)
      found = detail::exactly(scanned.digits, scanned.is_negative, scanned.power, exponent);
    if (!found) {
      std::array<char, 33> shown{};
      for (std::size_t i = 0; i < std::min(text.size(), shown.size() - 1); ++i)
        shown[i] = text[i] >= ' ' && text[i] <= '~' ? text[i] : '?';
      fail("found %s \"%s\", expected a decimal of 63 bits with at most %d decimals", what, shown.data(), -exponent);
      return false;
    }
    value = *found;
    decimals = places(scanned.decimals);
    return true;
  }
  void set(BookSide& side, const bgw_level& level, BookSide::Decimals decimals) {
    if (!is_taking()) return;
    if (worst_bid_ && &side == &bids_ && level.price < *worst_bid_) return;
    if (worst_ask_ && &side == &asks_ && level.price > *worst_ask_) return;
    if (level.quantity < 0) return fail("found a quantity below 0, expected none");
    const BookSide::Change change = side.set(level, decimals);
    if (change == BookSide::Change::kReplaced && update_ == Update::kSnapshot)
      return fail("found one price twice in a snapshot, expected each once");
    if (change == BookSide::Change::kNone && rules_.unknown_delete_is_suspect)
      return fail("found the deletion of a price that has no level, expected a level");
    const std::size_t most = std::size_t{rules_.levels} * 2 + 64;
    if (side.size() > most) fail("found more than %zu levels on one side, expected at most %u", most, rules_.levels);
  }

  // `is_right`: the last check of an update that was taken; it calls fail() itself.
  template <class Check>
  BookResult finish_if(Check&& is_right) {
    if (is_taking() && rules_.is_cut) {
      bids_.cut(rules_.levels);
      asks_.cut(rules_.levels);
    }
    if (is_taking() && !rules_.may_cross && bids_.size() > 0 && asks_.size() > 0 &&
        bids().front().price >= asks().front().price)
      fail("found the best bid %s at or above the best ask %s, expected it below", price_text(bids().front()).c_str(),
           price_text(asks().front()).c_str());
    if (update_ == Update::kSnapshot && rules_.snapshot_levels != 0) {
      if (bids_.size() >= rules_.snapshot_levels) worst_bid_ = bids().back().price;
      if (asks_.size() >= rules_.snapshot_levels) worst_ask_ = asks().back().price;
    }
    const bool is_good = is_taking() && is_right();
    if (is_good) state_ = State::kWhole;
    update_ = Update::kNone;
    if (is_good) return BookResult::kPublish;
    if (!must_ask_) return BookResult::kNothing;
    must_ask_ = false;
    return BookResult::kSubscribeAnew;
  }
  std::string price_text(const bgw_level& level) const {
    return std::string(DecimalText(level.price, price_exponent_, places(-price_exponent_)));
  }
  bool is_taking() const noexcept { return update_ == Update::kSnapshot || update_ == Update::kDelta; }

  __attribute__((format(printf, 2, 3))) void fail(const char* format, ...) noexcept {
    state_ = State::kSuspect;
    update_ = Update::kFailed;
    must_ask_ = true;
    std::va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(why_.data(), why_.size(), format, arguments);
    va_end(arguments);
  }

  BookRules rules_;
  int price_exponent_;
  int quantity_exponent_;
  BookSide bids_;
  BookSide asks_;
  std::optional<std::int64_t> worst_bid_, worst_ask_;  // behind these nothing is known
  State state_ = State::kWaiting;
  Update update_ = Update::kNone;
  bool must_ask_ = false;  // the next finish() answers kSubscribeAnew
  bool has_number_ = false;
  std::uint64_t number_ = 0;
  std::array<char, 160> why_{};
};

}  // namespace bgw
