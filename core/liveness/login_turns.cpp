#include "core/liveness/login_turns.hpp"

#include <algorithm>
#include <tuple>

namespace gw::liveness {

using bus::FeedEvidence;
using bus::FeedState;

struct LoginTurns::Candidate {
  std::size_t number;
  const MarketWatch* market;
  bool others_live;
};

// First comes the connection whose last login is the longest ago, so that a connection that no login cures does not
// keep the others from theirs; of connections that had no login, the worst.
bool LoginTurns::goes_before(const Candidate& a, const Candidate& b) const {
  const auto rank = [this](const Candidate& candidate) {
    const auto last = last_ns_.find(candidate.number);
    return std::tuple(last == last_ns_.end() ? 0 : last->second, -static_cast<int>(candidate.market->evidence()),
                      -static_cast<int>(candidate.market->state()));
  };
  return rank(a) < rank(b);
}

bool LoginTurns::is_cured(std::span<const Connection> all) const {
  return std::any_of(all.begin(), all.end(), [this](const Connection& c) {
    return c.number == made_for_ && c.judge->lives(made_for_exchange_);
  });
}

std::optional<LoginTurns::Turn> LoginTurns::next(std::span<const Connection> all, std::int64_t now_ns) {
  std::optional<Candidate> first;
  for (const Connection& c : all) {
    const MarketWatch* market = c.judge->wants_login();
    if (!c.is_ready || market == nullptr) continue;
    const Candidate candidate{c.number, market, c.judge->any_lives()};
    // The same values when asked again, while other exchanges tick here: nothing speaks against the connection.
    if (market->state() == FeedState::quiet && candidate.others_live) continue;
    if (!first || goes_before(candidate, *first)) first = candidate;
  }
  if (!first) {
    if (std::all_of(all.begin(), all.end(), [](const Connection& c) { return c.judge->is_well(); }))
      if (pauses_.on_well(now_ns, is_cured(all))) last_ns_.clear();
    return std::nullopt;
  }
  const bool at_once = first->market->evidence() == FeedEvidence::proved ||
                       (first->market->state() == FeedState::stale && !first->others_live);
  if (!pauses_.may_log_in(now_ns, at_once)) return std::nullopt;
  return Turn{first->number, first->market};
}

void LoginTurns::on_login(const Turn& turn, std::int64_t now_ns) {
  pauses_.on_login(now_ns);
  last_ns_[turn.number] = now_ns;
  made_for_ = turn.number;
  made_for_exchange_ = turn.market->exchange();
}

}  // namespace gw::liveness
