#include "core/liveness/second_asking.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

// Brokers answer a subscribe within one round trip. Two seconds are many of those on any line that ticks can come by.
constexpr std::int64_t kAnswerLimit = 2'000'000'000;
// One that moved may have traded just between its end and its new beginning; two at that moment are no chance.
constexpr std::ptrdiff_t kProof = 2;

}  // namespace

void SecondAsking::begin(std::span<const Asked> asked, std::int64_t now_ns) {
  count_ = std::min(asked.size(), kMost);
  std::copy_n(asked.begin(), count_, asked_.begin());
  answers_.fill(Answer::none);
  due_ns_ = now_ns + kAnswerLimit;
}

void SecondAsking::on_values(std::uint32_t instrument, const LastValues& values) {
  for (std::size_t i = 0; i < count_; ++i) {
    if (asked_[i].instrument != instrument) continue;
    const bool newer = values.is_newer_than(asked_[i].before);
    answers_[i] = std::max(answers_[i], newer ? Answer::newer : Answer::same);
  }
}

std::optional<SecondAsking::Finding> SecondAsking::check(std::int64_t now_ns) const {
  if (count_ == 0) return std::nullopt;
  const auto end = answers_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto newer = std::count(answers_.begin(), end, Answer::newer);
  const auto same = std::count(answers_.begin(), end, Answer::same);
  if (newer >= kProof) return Finding::missed;
  if (same == static_cast<std::ptrdiff_t>(count_)) return Finding::quiet;
  if (now_ns < due_ns_) return std::nullopt;
  if (newer != 0) return Finding::missed;
  return same != 0 ? Finding::quiet : Finding::dead;
}

}  // namespace gw::liveness
