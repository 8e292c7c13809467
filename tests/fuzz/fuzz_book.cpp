// Any sequence of calls on bgw::BookBuilder against a book of two maps that applies an update when it is finished.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bgw/book.hpp"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : data_(data), left_(size) {}
  bool has_more() const { return left_ > 0; }
  std::uint8_t byte() {
    if (left_ == 0) return 0;
    --left_;
    return *data_++;
  }
  std::string text() {
    std::string out;
    for (int length = byte() % 8; length > 0; --length) out += static_cast<char>(byte());
    return out;
  }

 private:
  const std::uint8_t* data_;
  std::size_t left_;
};

struct Level {
  bool is_bid;
  std::optional<std::int64_t> price, quantity;  // nothing: the text was no decimal
};

class Model {
 public:
  explicit Model(bgw::BookRules rules) : rules_(rules) {}

  void begin_snapshot(std::optional<std::uint64_t> number) {
    is_open_ = is_taken_ = is_snapshot_ = true;
    is_whole_ = is_wrong_ = must_ask_ = false;
    number_ = number;
    levels_.clear();
  }
  bool begin_delta(std::optional<std::uint64_t> first, std::optional<std::uint64_t> last) {
    // What was begun and is not finished has half changed the book.
    if (is_open_ && is_taken_) lose();
    is_open_ = true;
    is_snapshot_ = false;
    is_taken_ = is_whole_;
    levels_.clear();
    if (is_taken_ && last) {
      if (number_ && std::max(*first, *last) <= *number_) {
        is_taken_ = false;
        if (rules_.repeated_is_suspect) lose();
      } else if ((number_ && *first > *number_ + 1) || *first > *last + 1) {
        is_taken_ = false;
        lose();
      } else {
        number_ = last;
      }
    }
    return is_taken_;
  }
  void level(const Level& level) {
    if (!is_open_ || !is_taken_ || is_wrong_) return;
    levels_.push_back(level);
    // Faults count at once: finish() may never be called.
    if (is_faulty()) {
      is_wrong_ = true;
      lose();
    }
  }
  bgw::BookResult finish() {
    bool is_good = is_open_ && is_taken_ && !is_wrong_;
    if (is_good) {
      const auto [bids, asks] = applied();
      bids_ = bids;
      asks_ = asks;
      if (rules_.is_cut) {
        while (bids_.size() > rules_.levels) bids_.erase(std::prev(bids_.end()));
        while (asks_.size() > rules_.levels) asks_.erase(std::prev(asks_.end()));
      }
      is_good = rules_.may_cross || bids_.empty() || asks_.empty() || bids_.begin()->first < asks_.begin()->first;
      if (is_good)
        is_whole_ = true;
      else
        lose();
    }
    is_open_ = is_taken_ = is_wrong_ = false;
    if (is_good) return bgw::BookResult::kPublish;
    const bool must_ask = must_ask_;
    must_ask_ = false;
    return must_ask ? bgw::BookResult::kSubscribeAnew : bgw::BookResult::kNothing;
  }
  void mark_suspect() {
    lose();
    must_ask_ = is_open_ = is_taken_ = is_wrong_ = false;
  }
  bool is_whole() const { return is_whole_ && !is_open_; }
  void compare(const bgw_book& book, std::size_t levels) const {
    levels = std::min<std::size_t>(levels, rules_.levels);
    require(book.bid_count == std::min(levels, bids_.size()) && book.ask_count == std::min(levels, asks_.size()));
    auto bid = bids_.begin();
    for (std::size_t i = 0; i < book.bid_count; ++i, ++bid) {
      require(book.bids[i].price == bid->first && book.bids[i].quantity == bid->second && bid->second > 0);
      require(i == 0 || book.bids[i - 1].price > book.bids[i].price);
    }
    auto ask = asks_.begin();
    for (std::size_t i = 0; i < book.ask_count; ++i, ++ask) {
      require(book.asks[i].price == ask->first && book.asks[i].quantity == ask->second && ask->second > 0);
      require(i == 0 || book.asks[i - 1].price < book.asks[i].price);
    }
  }

 private:
  using Bids = std::map<std::int64_t, std::int64_t, std::greater<>>;
  using Asks = std::map<std::int64_t, std::int64_t>;

  void lose() {
    is_whole_ = false;
    must_ask_ = true;
  }
  template <class Side>
  static void put(Side& side, std::int64_t price, std::int64_t quantity) {
    side.erase(price);
    if (quantity > 0) side[price] = quantity;
  }
  std::pair<Bids, Asks> applied(std::size_t but = 0) const {
    std::pair<Bids, Asks> out;
    if (!is_snapshot_) out = {bids_, asks_};
    for (std::size_t i = 0; i + but < levels_.size(); ++i)
      levels_[i].is_bid ? put(out.first, *levels_[i].price, *levels_[i].quantity)
                        : put(out.second, *levels_[i].price, *levels_[i].quantity);
    return out;
  }
  // Whether the last level is a fault.
  bool is_faulty() const {
    const Level& last = levels_.back();
    if (!last.price || !last.quantity || *last.quantity < 0) return true;
    const auto [bids, asks] = applied(1);
    const bool is_there = last.is_bid ? bids.count(*last.price) > 0 : asks.count(*last.price) > 0;
    if (*last.quantity == 0) return !is_there && rules_.unknown_delete_is_suspect;
    if (is_there) return is_snapshot_;
    return (last.is_bid ? bids.size() : asks.size()) + 1 > 2 * std::size_t{rules_.levels} + 64;
  }

  bgw::BookRules rules_;
  Bids bids_;
  Asks asks_;
  std::vector<Level> levels_;  // of the update that is open
  std::optional<std::uint64_t> number_;
  bool is_open_ = false, is_taken_ = false, is_snapshot_ = false, is_wrong_ = false;
  bool is_whole_ = false, must_ask_ = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > 3000) return 0;
  Input in(data, size);
  const std::uint8_t flags = in.byte();
  const bgw::BookRules rules{.levels = 1u + in.byte() % 8u,
                             .is_cut = (flags & 1) != 0,
                             .may_cross = (flags & 2) != 0,
                             .keeps_decimals = (flags & 4) != 0,
                             .repeated_is_suspect = (flags & 8) != 0,
                             .unknown_delete_is_suspect = (flags & 16) != 0};
  constexpr int kExponent = -2;
  bgw::BookBuilder book(rules, kExponent, kExponent);
  Model model(rules);
  std::uint64_t number = 5;
  const auto near = [&] { return number += in.byte() % 16 == 0 ? in.byte() % 3 : 1; };
  while (in.has_more()) {
    const std::uint8_t what = in.byte();
    const bool is_bid = (what & 16) != 0;
    switch (what % 16) {
      case 0: {
        const std::uint64_t at = near();
        book.begin_snapshot(at);
        model.begin_snapshot(at);
        break;
      }
      case 1:
        book.begin_snapshot();
        model.begin_snapshot(std::nullopt);
        break;
      case 2:
        require(book.begin_delta() == model.begin_delta(std::nullopt, std::nullopt));
        break;
      case 3: {
        const std::uint64_t at = near();
        require(book.begin_delta(at) == model.begin_delta(at, at));
        break;
      }
      case 4: {
        // Ranges that begin up to three behind their end, too.
        const std::uint64_t last = near(), first = last + 3 - std::min<std::uint64_t>(last, in.byte() % 7);
        require(book.begin_delta(first, last) == model.begin_delta(first, last));
        break;
      }
      case 5:
        book.mark_suspect("the input says so");
        model.mark_suspect();
        break;
      case 6: {
        const std::string price = in.text(), quantity = in.text();
        is_bid ? book.bid(price, quantity) : book.ask(price, quantity);
        model.level({is_bid, bgw::decimal(price, kExponent), bgw::decimal(quantity, kExponent)});
        break;
      }
      case 7:
      case 8:
      case 9: {
        require(book.finish() == model.finish());
        break;
      }
      default: {
        // Bids and asks meet in the middle.
        const std::int64_t price = in.byte() % 128 + (is_bid ? 0 : 100),
                           quantity = in.byte() % 8 - (what == 15 ? 1 : 0);
        if ((what & 32) != 0)
          is_bid ? book.bid(price, quantity) : book.ask(price, quantity);
        else
          is_bid ? book.bid(bgw::DecimalText(price, kExponent, 2), bgw::DecimalText(quantity, kExponent, 2))
                 : book.ask(bgw::DecimalText(price, kExponent, 2), bgw::DecimalText(quantity, kExponent, 2));
        model.level({is_bid, price, quantity});
      }
    }
    require(book.is_whole() == model.is_whole());
    const std::size_t levels = in.byte() % 10;
    const auto top = book.top(levels);
    require(top.has_value() == model.is_whole());
    if (top) model.compare(*top, levels);
    if (rules.keeps_decimals) {
      for (std::size_t i = 0; i < book.bids().size(); ++i)
        require(bgw::decimal(book.bid_price_text(i), kExponent) == book.bids()[i].price);
      for (std::size_t i = 0; i < book.asks().size(); ++i)
        require(bgw::decimal(book.ask_quantity_text(i), kExponent) == book.asks()[i].quantity);
    }
  }
  return 0;
}
