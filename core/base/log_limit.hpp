// A limit for one kind of line that clients, strangers or plugins can cause, so that none of them fills the disk or
// hides what others have to say: a burst is printed as it comes; what is more is counted, and every ten seconds one
// line says how much it was, from how many of them, with the first of it. Whoever adds such a line gives it a Limited
// of its own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_set>

#include "core/base/log.hpp"

namespace gw::log {

// How much may be printed: at once, and for good.
struct Budget {
  double lines = 100;
  double lines_per_second = 2;
  double bytes = 64 * 1024;
  double bytes_per_second = 1024;
};

class Limited {
 public:
  // `source_word`: what causes these lines, in the singular.
  Limited(std::string_view module, std::string_view source_word, const Budget& budget = {});
  ~Limited();  // says what it has not said yet
  Limited(const Limited&) = delete;
  Limited& operator=(const Limited&) = delete;

  // `source`: who caused it, so that they can be counted; empty: nobody that can be told from others. [any]
  void write(Level level, std::string_view source, std::string_view message) {
    write_as(module_, level, source, message);
  }
  // A line of another module, with the limit of this kind. [any]
  void write_for(std::string_view module, Level level, std::string_view message) {
    write_as(module, level, {}, message);
  }
  void info(std::string_view source, std::string_view message) {
    if (enabled(Level::info)) write(Level::info, source, message);
  }
  void warning(std::string_view source, std::string_view message) { write(Level::warning, source, message); }
  void error(std::string_view source, std::string_view message) { write(Level::error, source, message); }

  // Has every kind say what it has folded for ten seconds, or has folded at all (`even_fresh`). [any]
  static void report_all(std::int64_t now_ns, bool even_fresh);

 private:
  void write_as(std::string_view module, Level level, std::string_view source, std::string_view message);
  bool take(std::size_t bytes, std::int64_t now_ns);
  std::string from_sources() const;
  void report(std::int64_t now_ns, bool even_fresh);

  const std::string module_;
  const std::string source_word_;
  const Budget budget_;
  std::mutex mutex_;  // of what follows
  double lines_left_;
  double bytes_left_;
  std::int64_t filled_ns_;  // when both were reckoned last
  std::uint64_t folded_ = 0;
  std::int64_t folded_since_ns_ = 0;
  Level folded_level_ = Level::debug;  // the highest
  std::string folded_first_;
  std::unordered_set<std::size_t> sources_;  // hashes of those of folded lines, so many at the most
};

}  // namespace gw::log
