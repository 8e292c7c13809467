#include "core/base/log_queue.hpp"

#include <chrono>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"

namespace gw::log {
namespace {

constexpr std::size_t kMaxTaken = 256;  // lines of one take: the rest can still be lost, which is told in order

std::size_t size_of(const Line& line) { return sizeof line + line.module.size() + line.text.size(); }

}  // namespace

bool LogQueue::has_room(const Line& line) const {
  const std::size_t limit = line.level < Level::warning ? kMaxBytes / 4 * 3 : kMaxBytes;
  return bytes_ + size_of(line) <= limit;
}

void LogQueue::add(Line line) {
  bytes_ += size_of(line);
  lines_.push_back(std::move(line));
  pushed_.fetch_add(1);
}

void LogQueue::tell_lost() {
  if (lost_ == 0) return;
  add({wall_ns(), Level::warning, "log",
       grouped(std::exchange(lost_, 0)) + " lines lost: more came than could be written"});
}

void LogQueue::push(Line line) {
  {
    const std::lock_guard lock(mutex_);
    if (!has_room(line)) {
      ++lost_;
      return;
    }
    tell_lost();
    add(std::move(line));
  }
  filled_.notify_one();
}

bool LogQueue::take(std::deque<Line>& out, std::int64_t limit_ns) {
  std::unique_lock lock(mutex_);
  const auto has_news = [this] { return !lines_.empty() || lost_ != 0 || is_woken_ || has_ended_; };
  filled_.wait_for(lock, std::chrono::nanoseconds(limit_ns), has_news);
  is_woken_ = false;
  if (lines_.empty()) tell_lost();
  const bool goes_on = !lines_.empty() || !has_ended_;
  while (!lines_.empty() && out.size() < kMaxTaken) {
    bytes_ -= size_of(lines_.front());
    out.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  taken_ = out.size();
  return goes_on;
}

void LogQueue::taken_were_written() noexcept { written_.fetch_add(std::exchange(taken_, 0)); }

void LogQueue::wake() {
  {
    const std::lock_guard lock(mutex_);
    is_woken_ = true;
  }
  filled_.notify_one();
}

void LogQueue::end() {
  {
    const std::lock_guard lock(mutex_);
    has_ended_ = true;
  }
  filled_.notify_one();
}

}  // namespace gw::log
