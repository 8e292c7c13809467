#include "core/base/log_limit.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"

namespace gw::log {
namespace {

constexpr std::int64_t kReportNs = 10'000'000'000;
constexpr std::size_t kMaxSources = 10'000;
constexpr std::size_t kMaxExample = 200;

// Every kind that there is. Never destroyed: threads may log until the very end.
struct Kinds {
  std::mutex mutex;
  std::vector<Limited*> all;
};
Kinds& kinds() {
  static auto& instance = *new Kinds;
  return instance;
}

}  // namespace

Limited::Limited(std::string_view module, std::string_view source_word, const Budget& budget)
    : module_(module),
      source_word_(source_word),
      budget_(budget),
      lines_left_(budget.lines),
      bytes_left_(budget.bytes),
      filled_ns_(monotonic_ns()) {
  const std::lock_guard lock(kinds().mutex);
  kinds().all.push_back(this);
}

Limited::~Limited() {
  {
    const std::lock_guard lock(kinds().mutex);
    std::erase(kinds().all, this);
  }
  report(monotonic_ns(), true);
}

bool Limited::take(std::size_t bytes, std::int64_t now_ns) {
  const double seconds = static_cast<double>(now_ns - std::exchange(filled_ns_, now_ns)) * 1e-9;
  lines_left_ = std::min(budget_.lines, lines_left_ + seconds * budget_.lines_per_second);
  bytes_left_ = std::min(budget_.bytes, bytes_left_ + seconds * budget_.bytes_per_second);
  if (lines_left_ < 1 || bytes_left_ <= 0) return false;
  lines_left_ -= 1;
  bytes_left_ -= static_cast<double>(bytes);
  return true;
}

void Limited::write_as(std::string_view module, Level level, std::string_view source, std::string_view message) {
  if (!enabled(level)) return;
  const std::int64_t now = monotonic_ns();
  {
    const std::lock_guard lock(mutex_);
    if (!take(std::min(message.size(), kMaxMessage), now)) {
      if (folded_++ == 0) {
        folded_since_ns_ = now;
        folded_level_ = level;
        folded_first_ = redacted(message, kMaxExample);
      }
      folded_level_ = std::max(folded_level_, level);
      if (!source.empty() && sources_.size() < kMaxSources) sources_.insert(std::hash<std::string_view>()(source));
      return;
    }
  }
  log::write(level, module, message);
}

std::string Limited::from_sources() const {
  if (sources_.empty()) return "";
  return std::string(sources_.size() == kMaxSources ? " from at least " : " from ") + grouped(sources_.size()) + ' ' +
         source_word_ + (sources_.size() == 1 ? "" : "s");
}

void Limited::report(std::int64_t now_ns, bool even_fresh) {
  std::string text;
  Level level{};
  {
    const std::lock_guard lock(mutex_);
    if (folded_ == 0 || (!even_fresh && now_ns - folded_since_ns_ < kReportNs)) return;
    const std::int64_t seconds = (now_ns - folded_since_ns_ + 999'999'999) / 1'000'000'000;
    text = "… and " + grouped(folded_) + " more like it" + from_sources() + " in the last " + std::to_string(seconds) +
           " s, the first: " + folded_first_;
    level = folded_level_;
    folded_ = 0;
    sources_.clear();
  }
  log::write(level, module_, text);
}

void Limited::report_all(std::int64_t now_ns, bool even_fresh) {
  const std::lock_guard lock(kinds().mutex);
  for (Limited* kind : kinds().all) kind->report(now_ns, even_fresh);
}

}  // namespace gw::log
