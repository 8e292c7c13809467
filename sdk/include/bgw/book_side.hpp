// SPDX-License-Identifier: Apache-2.0
// bgw/book_side.hpp - the levels of one side of an order book, best first in one piece of memory, as bgw_book wants
// them. bgw/book.hpp keeps two of them; plugins rarely need one by itself. [adapter]
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "bgw/abi.h"

namespace bgw {

class BookSide {
 public:
  // How many decimals the texts of a level had, with trailing zeros.
  struct Decimals {
    std::int8_t price = 0;
    std::int8_t quantity = 0;
  };
  enum class Change { kNone, kInserted, kReplaced, kDeleted };

  // `keeps_decimals`: whether decimals_at() answers; without it they take no room.
  BookSide(bool is_bids, bool keeps_decimals) noexcept : flip_(is_bids ? -1 : 0), keeps_decimals_(keeps_decimals) {}

  // Best first: bids fall, asks rise. Valid until the next change.
  std::span<const bgw_level> levels() const noexcept { return {levels_.data() + begin_, size_}; }
  std::size_t size() const noexcept { return size_; }
  Decimals decimals_at(std::size_t index) const noexcept {
    return keeps_decimals_ ? decimals_[begin_ + index] : Decimals{};
  }

  void clear() noexcept { begin_ = size_ = 0; }
  // Cuts the worst levels off, down to `most`.
  void cut(std::size_t most) noexcept { size_ = std::min(size_, most); }
  // Inserts or replaces the level of this price; a quantity of 0 deletes it. kNone: there was nothing to delete.
  // Allocates only when the side is larger than it has ever been.
  Change set(const bgw_level& level, Decimals decimals) {
    const std::size_t index = find(level.price);
    const bool is_there = index < size_ && levels_[begin_ + index].price == level.price;
    if (level.quantity == 0) {
      if (!is_there) return Change::kNone;
      erase(index);
      return Change::kDeleted;
    }
    if (!is_there) open(index);
    levels_[begin_ + index] = level;
    if (keeps_decimals_) decimals_[begin_ + index] = decimals;
    return is_there ? Change::kReplaced : Change::kInserted;
  }

 private:
  // Ascending in the order of the side.
  std::int64_t rank(std::int64_t price) const noexcept { return price ^ flip_; }
  // The index of the price, or the one where it belongs.
  std::size_t find(std::int64_t price) const noexcept {
    const bgw_level* const first = levels_.data() + begin_;
    const std::int64_t wanted = rank(price);
    if (size_ == 0 || rank(first[size_ - 1].price) < wanted) return size_;  // snapshots come in order
    std::size_t below = 0;
    for (std::size_t count = size_; count > 0;) {
      const std::size_t half = count / 2;
      const bool is_worse = rank(first[below + half].price) < wanted;
      below = is_worse ? below + half + 1 : below;
      count = is_worse ? count - half - 1 : half;
    }
    return below;
  }
  // Moves `count` levels. The ranges may overlap.
  void move(std::size_t from, std::size_t to, std::size_t count) noexcept {
    const auto shift = [from, to, count](auto& list) {
      const auto begin = list.begin() + static_cast<std::ptrdiff_t>(from);
      const auto end = begin + static_cast<std::ptrdiff_t>(count);
      const auto target = list.begin() + static_cast<std::ptrdiff_t>(to);
      if (to < from)
        std::copy(begin, end, target);
      else
        std::copy_backward(begin, end, target + static_cast<std::ptrdiff_t>(count));
    };
    shift(levels_);
    if (keeps_decimals_) shift(decimals_);
  }
  // Makes room for one more level at `index`, by moving the shorter part of the side.
  void open(std::size_t index) {
    const bool is_front = index < size_ / 2;
    if (is_front ? begin_ == 0 : begin_ + size_ == levels_.size()) spread();
    if (is_front) {
      move(begin_, begin_ - 1, index);
      --begin_;
    } else {
      move(begin_ + index, begin_ + index + 1, size_ - index);
    }
    ++size_;
  }
  void erase(std::size_t index) noexcept {
    if (index < size_ / 2) {
      move(begin_, begin_ + 1, index);
      ++begin_;
    } else {
      move(begin_ + index + 1, begin_ + index, size_ - index - 1);
    }
    --size_;
  }
  // Puts the side into the middle of its memory, with room for a quarter more of it at both ends together at least.
  void spread() {
    if (levels_.size() < size_ + size_ / 4 + 2) {
      levels_.resize(size_ + size_ / 2 + 16);
      if (keeps_decimals_) decimals_.resize(levels_.size());
    }
    const std::size_t middle = (levels_.size() - size_) / 2;
    move(begin_, middle, size_);
    begin_ = middle;
  }

  std::vector<bgw_level> levels_;
  std::vector<Decimals> decimals_;
  std::size_t begin_ = 0;
  std::size_t size_ = 0;
  std::int64_t flip_;  // all ones for bids: turns the order of prices around
  bool keeps_decimals_;
};

}  // namespace bgw
