// The planned end of a shard's clients. Who has not authenticated is closed at once, and those with extras are told
// that they will be; then all are closed with 1001, a few at a time, so that thousands of them do not come back in the
// same moment. [shard]
#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "core/event_loop/event_loop.hpp"
#include "core/session/session_table.hpp"

namespace gw::session {

class Farewell {
 public:
  // Both outlive it.
  Farewell(event_loop::EventLoop& loop, SessionTable& sessions);
  ~Farewell();

  // Takes no longer than a second. `gone` is called once when no client is left.
  void begin(std::function<void()> gone);
  bool has_begun() const { return begun_; }
  // A session is gone.
  void look();

 private:
  void close_some();

  SessionTable& sessions_;
  struct Timer;
  std::unique_ptr<Timer> timer_;
  std::function<void()> gone_;
  std::size_t next_ = 0;     // the index of the session that is closed next
  std::size_t at_once_ = 0;  // how many are closed in one step
  bool begun_ = false;
};

}  // namespace gw::session
