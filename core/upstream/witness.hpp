// Whether the ticks of a standby broker prove that the serving broker is silent, because it should have shown the same
// by now. For one exchange on one connection of the serving broker. Knows no clock. [routing]
#pragma once

#include <cstdint>
#include <vector>

#include "bgw/abi.h"

namespace gw::upstream {

class Witness {
 public:
  // Whether the serving broker, subscribed in `mode`, would have shown what the standby shows `now`. `before`: the
  // standby's values before that; `shown`: the serving broker's last values; null: none. `has_new_book`: the book is in
  // neither. Times of the two brokers are compared at `resolution_ns`, the coarser of their resolutions.
  static bool would_show(std::uint32_t mode, const bgw_tick& now, const bgw_tick* before, const bgw_tick* shown,
                         bool has_new_book, std::int64_t resolution_ns);

  // The standby showed the same value `lag_ns` earlier than the serving broker, which may take as long again.
  void note_lag(std::int64_t lag_ns);
  // The serving broker showed a live tick: what the standby had shown before proves nothing any more.
  void on_life() {
    if (!seen_.empty()) seen_.clear();
  }
  // The serving broker sent a packet of the instrument that proves no life, perhaps a snapshot: it lacks nothing of it
  // now.
  void on_values(std::uint32_t instrument) {
    if (!seen_.empty()) std::erase_if(seen_, [instrument](const Seen& s) { return s.instrument == instrument; });
  }
  // The standby showed something that the serving broker would have shown too.
  void on_news(std::uint32_t instrument, std::int64_t now_ns);
  // Forgets what is void by now: is_void(instrument, when the standby showed it).
  template <class F>
  void forget_if(F&& is_void) {
    std::erase_if(seen_, [&](const Seen& s) { return is_void(s.instrument, s.at_ns); });
  }
  // is_missing: the serving broker should have shown some of it by now. is_proof: enough of it to prove that broker
  // silent.
  bool is_missing(std::int64_t now_ns) const;
  bool is_proof(std::int64_t now_ns) const;

 private:
  struct Seen {
    std::uint32_t instrument;
    std::int64_t at_ns;
  };
  std::int64_t margin_ns() const;

  std::vector<Seen> seen_;
  std::int64_t lag_ns_ = 0;  // the largest that was noted
};

}  // namespace gw::upstream
