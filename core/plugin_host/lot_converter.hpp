// Turns what a broker counts in lots into units: see BGW_*_IN_LOTS. [adapter]
#pragma once

#include <cstdint>
#include <vector>

#include "bgw/abi.h"

namespace gw::plugin_host {

class LotConverter {
 public:
  // `lots`: which values of the instrument are counted in lots (BGW_*_IN_LOTS); 0: none. `lot_size` 0: not known, and
  // those values are left out.
  void set(std::uint32_t handle, std::uint32_t lots, std::int64_t lot_size);
  bool has(std::uint32_t handle) const noexcept { return handle < kinds_.size() && kinds_[handle].lots != 0; }
  struct Result {
    const bgw_update& update;      // in units; valid until the next call
    std::uint32_t levels = 0;      // too large in units, for which their book was left out
    std::uint32_t quantities = 0;  // of the tick, left out: too large in units
  };
  Result convert(const bgw_update& update);

 private:
  struct Kind {
    std::uint32_t lots = 0;
    std::int64_t lot_size = 0;
  };
  std::vector<Kind> kinds_;  // by handle; empty where no exchange counts in lots
  bgw_update update_{};
  bgw_tick tick_{};
  bgw_tick_rare rare_{};
  bgw_book book_{};
  std::vector<bgw_level> bids_;
  std::vector<bgw_level> asks_;
};

}  // namespace gw::plugin_host
