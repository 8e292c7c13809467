// Whether what a standby shows proves that the broker which serves is silent: it had shown the same by now. Of one
// exchange at one broker. Knows no clock. [routing]
#pragma once

#include <cstdint>
#include <vector>

#include "bgw/abi.h"

namespace gw::upstream {

class Witness {
 public:
  // The standby's new values of an instrument, those before, and the last that the first broker showed; null: none. A
  // new book is one that neither had. Whether the first, subscribed in `mode`, would have shown the difference. The
  // times of two brokers are compared at the coarser of their resolutions.
  static bool would_show(std::uint32_t mode, const bgw_tick& now, const bgw_tick* before, const bgw_tick* shown,
                         bool has_new_book, std::int64_t resolution_ns);

  // The standby was seen to show the same value so much earlier than the first: what the first may take yet.
  void note_lag(std::int64_t lag_ns);
  // The first broker showed a live tick: what the standby had shown before proves nothing any more.
  void on_life() {
    if (!seen_.empty()) seen_.clear();
  }
  // It showed something of an instrument that proves no life, a snapshot perhaps: what it lacked of it, it has.
  void on_values(std::uint32_t instrument) {
    if (!seen_.empty()) std::erase_if(seen_, [instrument](const Seen& s) { return s.instrument == instrument; });
  }
  // The standby showed what the first would have shown too.
  void on_news(std::uint32_t instrument, std::int64_t now_ns);
  // Forgets what is void by now: is_void(instrument, when the standby showed it).
  template <class F>
  void forget_if(F&& is_void) {
    std::erase_if(seen_, [&](const Seen& s) { return is_void(s.instrument, s.at_ns); });
  }
  // Whether some of it is so old that the first should have shown it by now; and enough to prove the first silent.
  bool is_missing(std::int64_t now_ns) const;
  bool is_proof(std::int64_t now_ns) const;

 private:
  struct Seen {
    std::uint32_t instrument;
    std::int64_t at_ns;
  };
  std::int64_t margin_ns() const;

  std::vector<Seen> seen_;
  std::int64_t lag_ns_ = 0;  // the largest
};

}  // namespace gw::upstream
