// The calendar in force: the control thread replaces it, the feed thread reads it while it watches its links.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "core/calendar/calendar.hpp"

namespace gw::app {

// Has a mutex because the standard library's atomic shared_ptr has data races in g++ 12. [any]
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
