#include "core/upstream/listings.hpp"

#include <utility>

namespace gw::upstream {

bool Listings::set_expiries(instruments::Expiries expiries) {
  if (expiries == expiries_) return false;
  expiries_ = std::move(expiries);
  return true;
}

bool Listings::serve_expired(bool serves) { return std::exchange(serves_expired_, serves) != serves; }

void Listings::note(Interest& i) {
  const BrokerId broker = i.awaited.value_or(i.source.broker);
  const auto row = brokers_[broker].routes().row(i.instrument.key());
  if (row && !row->expiry.empty()) i.expiry = row->expiry;
  const bool listed = row.has_value() || (!i.source.is_known() && !i.awaited);
  if (listed ? i.unlisted_on.empty() : !i.unlisted_on.empty() && i.unlisted_at == broker) return;
  i.unlisted_at = broker;
  i.unlisted_on = listed ? std::string_view{} : expiries_.today(i.instrument.exchange);
  observer_.listing_changed(i);
}

void Listings::note_all_of(BrokerId broker) {
  interests_.for_each([&](InterestId, Interest& i) {
    if (i.awaited.value_or(i.source.broker) == broker) note(i);
  });
}

std::size_t Listings::unlisted_count(BrokerId broker) const {
  std::size_t count = 0;
  std::as_const(interests_).for_each([&](InterestId, const Interest& i) {
    if (i.source.broker == broker && !i.unlisted_on.empty() && !interests_.group_of(i).is_canary) ++count;
  });
  return count;
}

}  // namespace gw::upstream
