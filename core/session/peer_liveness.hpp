// Whether the client at the other end of a connection still answers: it is pinged, and any frame of it is an answer.
// [shard]
#pragma once

#include <cstdint>
#include <utility>

namespace gw::session {

class PeerLiveness {
 public:
  void opened(std::int64_t now_ns) { heard_ns_ = pinged_ns_ = now_ns; }
  void heard(std::int64_t now_ns) { heard_ns_ = now_ns; }

  enum class Verdict : std::uint8_t { alive, ping, dead };
  // `is_blocked`: the ping may stand behind unsent output, or its answer behind what is not read.
  Verdict look(std::int64_t now_ns, std::int64_t interval_ns, std::int64_t timeout_ns, bool is_blocked) {
    if (!awaits_answer_) {
      if (now_ns - pinged_ns_ <= interval_ns) return Verdict::alive;
      awaited_ns_ = pinged_ns_ = now_ns;
      awaits_answer_ = true;
      return Verdict::ping;
    }
    if (heard_ns_ >= awaited_ns_)
      awaits_answer_ = false;
    else if (is_blocked)
      awaited_ns_ = now_ns;
    else if (now_ns - awaited_ns_ > timeout_ns)
      return Verdict::dead;
    return Verdict::alive;
  }

 private:
  std::int64_t heard_ns_ = 0;    // when the last frame came
  std::int64_t pinged_ns_ = 0;   // when the last ping was sent, or the connection was opened
  std::int64_t awaited_ns_ = 0;  // from when on an answer is awaited
  bool awaits_answer_ = false;
};

}  // namespace gw::session
