// The file of the log: rotates by size and by day, and can be opened again by its name. [the thread that
// writes]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/descriptor.hpp"
#include "core/base/log.hpp"

namespace gw::log {

class LogFile {
 public:
  // Throws std::runtime_error when the file cannot be opened.
  explicit LogFile(const Options& options);

  // Rotates first where that is needed: `next_bytes` are to be written now, at `wall_ns`. Says what went wrong,
  // once; the file goes on then. Empty: nothing did.
  std::string rotate_if_needed(std::uint64_t next_bytes, std::int64_t wall_ns);
  // Says what went wrong; the file that was open goes on then. Empty: nothing did.
  std::string reopen();
  Descriptor::Written write(std::string_view text);
  const std::string& path() const { return path_; }

 private:
  bool needs_rotation(std::uint64_t next_bytes, std::int64_t day) const;
  std::string rotate_files() const;
  std::string older(int number) const { return path_ + '.' + std::to_string(number); }
  void note_state();

  const std::string path_;
  const std::uint64_t max_size_;
  const bool is_daily_;
  const int keep_;
  Descriptor file_;
  std::uint64_t size_ = 0;
  std::int64_t day_ = 0;          // of its last line, in the local zone; 0: it has none
  std::int64_t next_try_ns_ = 0;  // not rotated before, because that failed
};

}  // namespace gw::log
