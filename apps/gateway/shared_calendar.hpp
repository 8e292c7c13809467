// The calendar in force: the control thread replaces it, the feed thread looks at it when it watches its links.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "core/calendar/calendar.hpp"

namespace gw::app {

// A lock, since what the standard library has for this is not free of races in g++ 12. [any]
class SharedCalendar {
 public:
  std::shared_ptr<const calendar::Calendar> load() const {
    const std::lock_guard lock(mutex_);
    return calendar_;
  }
  void store(std::shared_ptr<const calendar::Calendar> calendar) {
    const std::lock_guard lock(mutex_);
    calendar_.swap(calendar);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const calendar::Calendar> calendar_;
};

}  // namespace gw::app
