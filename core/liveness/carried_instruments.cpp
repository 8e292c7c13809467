#include "core/liveness/carried_instruments.hpp"

#include <algorithm>
#include <numeric>

namespace gw::liveness {

void CarriedInstruments::add(InstrumentKind kind, bool is_expected) {
  ++carried_[static_cast<std::size_t>(kind)];
  if (is_expected) ++expected_[static_cast<std::size_t>(kind)];
}

void CarriedInstruments::remove(InstrumentKind kind, bool is_expected) {
  --carried_[static_cast<std::size_t>(kind)];
  if (is_expected) --expected_[static_cast<std::size_t>(kind)];
}

void CarriedInstruments::set_expected(InstrumentKind kind, bool is_expected) {
  std::size_t& count = expected_[static_cast<std::size_t>(kind)];
  is_expected ? ++count : --count;
}

void CarriedInstruments::set_open(std::uint32_t open, std::int64_t now_ns) {
  if (open != open_) {
    if (has_looked_) changed_ns_ = now_ns;
    for (const InstrumentKind kind : kInstrumentKinds)
      if ((open & bit(kind)) != 0 && !is_open(kind)) kind_opened_ns_[static_cast<std::size_t>(kind)] = now_ns;
    open_ = open;
  }
  has_looked_ = true;
}

std::size_t CarriedInstruments::count() const {
  return std::accumulate(carried_.begin(), carried_.end(), std::size_t{0});
}

std::size_t CarriedInstruments::open_count() const {
  std::size_t count = 0;
  for (const InstrumentKind kind : kInstrumentKinds)
    if (is_open(kind)) count += carried_[static_cast<std::size_t>(kind)];
  return count;
}

bool CarriedInstruments::should_tick() const { return has_hours_ && (ticks_soon() || open_count() >= kMany); }

// True for an index, and where an open kind has an instrument that ticked in time in its last sessions.
bool CarriedInstruments::ticks_soon() const {
  return is_index_ ||
         std::any_of(std::begin(kInstrumentKinds), std::end(kInstrumentKinds), [this](InstrumentKind kind) {
           return is_open(kind) && expected_[static_cast<std::size_t>(kind)] != 0;
         });
}

}  // namespace gw::liveness
