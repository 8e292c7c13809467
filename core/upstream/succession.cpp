#include "core/upstream/succession.hpp"

#include <vector>

namespace gw::upstream {

std::optional<Succession::Standing> Succession::standing(BrokerId id) const {
  const Successor* next = brokers_[id].successor();
  if (next == nullptr) return std::nullopt;
  return Standing{next->state(), next->message(), next->has_been_told_all(), next->unanswered(), next->updates()};
}

void Succession::hold(BrokerId id) {
  if (Successor* next = brokers_[id].successor()) next->hold();
}

void Succession::take_over(BrokerId id) {
  Broker& broker = brokers_[id];
  if (broker.successor() == nullptr) return;
  const std::int64_t now = monotonic_();
  const auto next = broker.succeed(now);
  for (const bus::FeedRecord& feed : next->feeds()) broker.set_feed(feed, now);
  for (const bus::HandleRecord& refusal : next->refusals()) demand_.on_refused(id, refusal);
  // The next link may have other levels.
  std::vector<InterestId> all;
  interests_.for_each([&](InterestId interest, const Interest& i) {
    if (i.source.is_at(id) || i.standby.is_at(id)) all.push_back(interest);
  });
  for (const InterestId interest : all) demand_.request(interest);
}

}  // namespace gw::upstream
