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
  if (!convert(data.bids, bids_) || !convert(data.asks, asks_)) return Outcome::kMalformed;
  if (misfits_ != 0)
    return lose("found a price or size with more decimals than the instrument list gives, expected none", now_ns);
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
      missed_ns_.reset();
      return Outcome::kPublish;
    case bgw::BookResult::kSubscribeAnew:
      return ask_anew(builder_.why(), now_ns);
    case bgw::BookResult::kNothing:
      break;
  }
  return is_overdue(now_ns) ? Outcome::kAskAnew : Outcome::kNothing;
}

Book::Outcome Book::lose(const char* why, std::int64_t now_ns) {
  builder_.mark_suspect(why);
  return ask_anew(why, now_ns);
}

Book::Outcome Book::ask_anew(const char* why, std::int64_t now_ns) {
  if (missed_ns_ && now_ns - *missed_ns_ < kPatienceNs) return Outcome::kNothing;
  why_ = why;
  missed_ns_ = now_ns;
  return Outcome::kAskAnew;
}

bool Book::is_overdue(std::int64_t now_ns) {
  if (builder_.is_whole()) return false;
  if (missed_ns_) return ask_anew(why_, now_ns) == Outcome::kAskAnew;
  why_ = "found no snapshot, expected one";
  missed_ns_ = now_ns;
  return false;
}

void Book::start_anew() {
  builder_.mark_suspect("the connection ended");
  missed_ns_.reset();
}

}  // namespace bybit
