#include "core/liveness/second_asking.hpp"

#include <algorithm>

namespace gw::liveness {
namespace {

// A newer value may be of a trade just before its instrument was asked, whose tick is on its way. Two newer values of
// three in one round are no accident where the feed's own pace says that ticks are overdue, and three of three never
// are. Where it trades seldom, or its pace is not known, one or two may be an accident, and proof takes three rounds
// with newer values, or two rounds with two each: a link that lives shows a trade between two rounds as a tick, which
// ends the rounds and forgets what they found. A second round with one is not enough: a tick that comes while its
// instrument is asked again passes for the answer.
constexpr std::ptrdiff_t kProofOfRound = 2;
constexpr std::ptrdiff_t kProofAlone = 3;
constexpr std::size_t kProofOfRounds = 3;
constexpr std::size_t kProofOfValues = 4;
// A trade that is older than this was before the round: times may be in whole seconds, and clocks a little apart.
constexpr std::int64_t kBefore = 2'000'000'000;

}  // namespace

void SecondAsking::begin(std::span<const Asked> asked, std::int64_t now_ns, std::int64_t wall_ns) {
  count_ = std::min(asked.size(), kMax);
  std::copy_n(asked.begin(), count_, asked_.begin());
  answers_.fill(Answer::none);
  is_old_ = false;
  deadline_ns_ = now_ns + kAnswerLimit;
  asked_wall_ns_ = wall_ns;
}

void SecondAsking::on_values(std::uint32_t instrument, const LastValues& values) {
  for (std::size_t i = 0; i < count_; ++i) {
    // The first packet is the answer. A newer one behind it may be a tick.
    if (asked_[i].instrument != instrument || answers_[i] != Answer::none) continue;
    const std::int64_t traded = values.trade_time_ns();
    Answer answer = Answer::same;
    if (values.is_newer_than(asked_[i].before))
      answer = traded > asked_wall_ns_ || !asked_[i].is_current ? Answer::fresh : Answer::newer;
    answers_[i] = answer;
    is_old_ = is_old_ || (answer == Answer::newer && traded != 0 && traded < asked_wall_ns_ - kBefore);
  }
}

std::optional<SecondAsking::Finding> SecondAsking::check(std::int64_t now_ns, bool overdue) {
  const auto finding = find(now_ns, overdue);
  if (finding) count_ = 0;
  return finding;
}

std::optional<SecondAsking::Finding> SecondAsking::find(std::int64_t now_ns, bool overdue) {
  if (count_ == 0) return std::nullopt;
  const auto end = answers_.begin() + static_cast<std::ptrdiff_t>(count_);
  const auto newer = std::count(answers_.begin(), end, Answer::newer);
  const auto same = std::count(answers_.begin(), end, Answer::same);
  if (newer >= kProofOfRound && (overdue || is_old_)) return Finding::missed;
  if (same == static_cast<std::ptrdiff_t>(count_)) return Finding::quiet;
  if (now_ns < deadline_ns_ && std::find(answers_.begin(), end, Answer::none) != end) return std::nullopt;
  if (newer == 0 && std::find(answers_.begin(), end, Answer::fresh) != end) return Finding::unclear;
  if (newer == 0) return same != 0 ? Finding::quiet : Finding::dead;
  newer_values_ += static_cast<std::size_t>(newer);
  ++unclear_rounds_;
  const bool is_proof = newer >= kProofAlone || unclear_rounds_ >= kProofOfRounds || newer_values_ >= kProofOfValues;
  return is_old_ || is_proof ? Finding::missed : Finding::unclear;
}

}  // namespace gw::liveness
