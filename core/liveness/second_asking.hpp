// Asking again: up to three instruments of a silent exchange are subscribed anew on the same connection, where the
// broker answers that with the last values. Knows no clock. Thread: feed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "core/liveness/last_values.hpp"

namespace gw::liveness {

class SecondAsking {
 public:
  // Brokers answer a subscribe within one round trip. Two seconds are many of those on any line that ticks can come by.
  static constexpr std::int64_t kAnswerLimit = 2'000'000'000;
  static constexpr std::size_t kMax = 3;  // one token may be wrong in itself, and many would be a burden

  enum class Finding {
    missed,   // newer values than those that were sent: ticks were missed
    dead,     // no answer
    quiet,    // the same values: there was nothing to send
    unclear,  // a newer value whose tick may be on its way: to be asked again soon
  };

  bool is_under_way() const { return count_ != 0; }
  // `before`: the values that had come of the instrument; unknown where none had. `is_current`: they came in this
  // login, and since the last open and the last silence. A value that is newer than older ones may have been missed
  // before that, and proves nothing.
  struct Asked {
    std::uint32_t instrument = 0;
    LastValues before;
    bool is_current = true;
  };
  void begin(std::span<const Asked> asked, std::int64_t now_ns, std::int64_t wall_ns);
  // A packet of an instrument that may be one of those asked.
  void on_values(std::uint32_t instrument, const LastValues& values);
  // What the round has found, returned once. Nothing: it is not over yet. `overdue`: the feed's own pace says that
  // ticks should have come.
  std::optional<Finding> check(std::int64_t now_ns, bool overdue);
  // The feed lives, or there is another login: what earlier rounds found counts no more.
  void forget() { count_ = unclear_rounds_ = newer_values_ = 0; }

 private:
  std::optional<Finding> find(std::int64_t now_ns, bool overdue);

  enum class Answer : std::uint8_t { none, same, fresh, newer };  // fresh: newer, which proves nothing
  std::array<Asked, kMax> asked_;
  std::array<Answer, kMax> answers_{};
  std::size_t count_ = 0;
  std::size_t unclear_rounds_ = 0;  // that had newer values, without a proof
  std::size_t newer_values_ = 0;    // of those rounds
  bool is_old_ = false;             // one of the newer values is of a trade before the round
  std::int64_t deadline_ns_ = 0;
  std::int64_t asked_wall_ns_ = 0;
};

}  // namespace gw::liveness
