#include "bybit_book.hpp"

#include "bgw/decimal.hpp"

namespace bybit {

Book::Book(std::uint32_t depth, std::uint32_t level, int price_exponent, int quantity_exponent)
    : depth_(depth),
      level_(level),
      price_exponent_(price_exponent),
      quantity_exponent_(quantity_exponent),
      builder_(bgw::BookRules{.levels = depth, .repeated_is_suspect = true}, price_exponent, quantity_exponent) {}

bool Book::convert(const std::vector<LevelText>& texts, std::vector<bgw_level>& out) {
  out.clear();
  for (const LevelText& text : texts) {
    const auto price = bgw::decimal(text.price, price_exponent_);
    const auto size = bgw::decimal(text.size, quantity_exponent_);
    if (price && size) {
      out.push_back({*price, *size, 0, 0});
      continue;
    }
    if (bgw::decimals_of(text.price) < 0 || bgw::decimals_of(text.size) < 0) return false;
    misfits_ += (price ? 0 : 1) + (size ? 0 : 1);
  }
  return true;
}

Book::Outcome Book::take(bool is_snapshot, const BookData& data, std::int64_t now_ns) {
  misfits_ = 0;
  // The next update finds that this one is missing.
  if (!convert(data.bids, bids_) || !convert(data.asks, asks_)) return Outcome::kMalformed;
  if (misfits_ != 0) {
    constexpr const char* kWhy =
        "found a price or size with more decimals than the instrument list gives, expected none";
    builder_.mark_suspect(kWhy);
    return ask_anew(kWhy, now_ns);
  }
  const std::uint64_t number = static_cast<std::uint64_t>(data.update);
  // Number 1 is a snapshot whatever its type says: the service has begun anew.
  if (is_snapshot || number == 1)
    builder_.begin_snapshot(number);
  else
    builder_.begin_delta(number);
  for (const bgw_level& level : bids_) builder_.bid(level.price, level.quantity);
  for (const bgw_level& level : asks_) builder_.ask(level.price, level.quantity);
  switch (builder_.finish()) {
    case bgw::BookResult::kPublish:
      has_asked_ = false;
      return Outcome::kPublish;
    case bgw::BookResult::kSubscribeAnew:
      return ask_anew(builder_.why(), now_ns);
    case bgw::BookResult::kNothing:
      break;
  }
  return has_asked_ ? ask_anew(why_, now_ns) : Outcome::kNothing;
}

Book::Outcome Book::ask_anew(const char* why, std::int64_t now_ns) {
  if (has_asked_ && now_ns - asked_ns_ < kPatienceNs) return Outcome::kNothing;
  why_ = why;
  has_asked_ = true;
  asked_ns_ = now_ns;
  return Outcome::kAskAnew;
}

bool Book::is_overdue(std::int64_t now_ns) { return has_asked_ && ask_anew(why_, now_ns) == Outcome::kAskAnew; }

void Book::start_anew() {
  builder_.mark_suspect("the connection ended");
  has_asked_ = false;
}

}  // namespace bybit
