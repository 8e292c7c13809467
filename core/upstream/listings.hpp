// What instrument lists and the exchanges' days say of interests: their last day, and since when a list lacks them.
// [routing]
#pragma once

#include <cstddef>
#include <string_view>

#include "core/instruments/expiries.hpp"
#include "core/upstream/interest_observer.hpp"
#include "core/upstream/interest_table.hpp"

namespace gw::upstream {

class Listings {
 public:
  // All outlive this.
  Listings(const Brokers& brokers, InterestTable& interests, InterestObserver& observer)
      : brokers_(brokers), interests_(interests), observer_(observer) {}

  // True: something changed.
  bool set_expiries(instruments::Expiries expiries);
  bool serve_expired(bool serves);
  bool is_over(std::string_view exchange, std::string_view expiry) const {
    return !serves_expired_ && expiries_.is_over(exchange, expiry);
  }
  // A list has lacked the instrument since before its exchange's present day.
  bool is_lacking_since_yesterday(const Interest& interest) const {
    return !interest.unlisted_on.empty() && interest.unlisted_on < expiries_.today(interest.instrument.exchange);
  }
  // Notes what the list of the broker that serves the interest, or is waited for, says of it. An instrument that the
  // list lacks goes on until its exchange's next day, because the broker may still serve it.
  void note(Interest& interest);
  void note_all_of(BrokerId broker);
  // How many interests clients hold at the broker though its list lacks them.
  std::size_t unlisted_count(BrokerId broker) const;

 private:
  const Brokers& brokers_;
  InterestTable& interests_;
  InterestObserver& observer_;
  instruments::Expiries expiries_;
  bool serves_expired_ = false;
};

}  // namespace gw::upstream
