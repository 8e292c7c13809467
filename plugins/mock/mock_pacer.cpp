#include "mock_pacer.hpp"

#include <algorithm>
#include <cmath>

namespace mock {

void MockPacer::add(const Feed& feed, std::int64_t now) {
  if (feeds_.empty()) {
    cursor_ = 0;
    round_ = anchor_round_ = 0;
    anchor_ns_ = now;
  }
  const auto next = std::upper_bound(feeds_.begin(), feeds_.end(), feed.phase,
                                     [](double phase, const Feed& other) { return phase < other.phase; });
  const auto index = static_cast<std::size_t>(next - feeds_.begin());
  // A feed whose phase this round has passed already gets its first turn in the next round.
  const bool passed = !feeds_.empty() && round_ + feed.phase <= round_at(now);
  if (index < cursor_ || (index == cursor_ && passed)) ++cursor_;
  feeds_.insert(next, feed);
  adapt_round(now);
}

Feed* MockPacer::find(std::uint32_t instrument) {
  const auto found =
      std::find_if(feeds_.begin(), feeds_.end(), [&](const Feed& f) { return f.instrument == instrument; });
  return found == feeds_.end() ? nullptr : &*found;
}

void MockPacer::remove(std::uint32_t instrument, std::int64_t now) {
  const Feed* feed = find(instrument);
  if (feed == nullptr) return;
  const auto index = feed - feeds_.data();
  if (static_cast<std::size_t>(index) < cursor_) --cursor_;
  feeds_.erase(feeds_.begin() + index);
  adapt_round(now);
}

void MockPacer::forgive(std::int64_t now) {
  if (feeds_.empty()) return;
  anchor_ns_ += std::max<std::int64_t>(0, now - next_ns() - kLongestDebtNs);
}

Feed* MockPacer::take_next(std::int64_t now) {
  if (feeds_.empty() || next_ns() > now) return nullptr;
  if (cursor_ == feeds_.size()) {
    cursor_ = 0;
    ++round_;
  }
  return &feeds_[cursor_++];
}

std::int64_t MockPacer::next_ns() const {
  return cursor_ < feeds_.size() ? wake_up_ns(round_ + feeds_[cursor_].phase)
                                 : wake_up_ns(round_ + 1 + feeds_.front().phase);
}

double MockPacer::round_at(std::int64_t now) const {
  return anchor_round_ + static_cast<double>(now - anchor_ns_) / round_ns_;
}

std::int64_t MockPacer::wake_up_ns(double round) const {
  return anchor_ns_ + std::llround((round - anchor_round_) * round_ns_);
}

// Makes rounds longer when all feeds together would exceed kMaxPerSecond; the position in the round stays.
void MockPacer::adapt_round(std::int64_t now) {
  const double feeds = static_cast<double>(std::max<std::size_t>(feeds_.size(), 1));
  const double round_ns = 1e9 / std::min(per_second_, kMaxPerSecond / feeds);
  if (round_ns == round_ns_) return;
  anchor_round_ = round_at(now);
  anchor_ns_ = now;
  round_ns_ = round_ns;
}

}  // namespace mock
