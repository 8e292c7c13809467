#include "core/base/log_file.hpp"

#include <cerrno>
#include <chrono>
#include <ctime>
#include <filesystem>
#include <stdexcept>
#include <system_error>

namespace gw::log {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t kNsPerSecond = 1'000'000'000;
constexpr std::int64_t kBetweenTriesNs = 60 * kNsPerSecond;

// A number that differs from one day of the local zone to the next; never 0.
std::int64_t local_day(std::int64_t wall_ns) {
  const std::time_t seconds = static_cast<std::time_t>(wall_ns / kNsPerSecond);
  std::tm local{};
  localtime_r(&seconds, &local);
  return (local.tm_year + 1900) * 1000 + local.tm_yday + 1;
}

std::int64_t written_ns(const std::string& path) {
  std::error_code ec;
  const auto when = fs::last_write_time(path, ec);
  if (ec) return 0;
  return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::file_clock::to_sys(when).time_since_epoch())
      .count();
}

// Opens the file to append to it; folders that are missing on the way to it are made.
Descriptor open(const std::string& path) {
  std::error_code ec;
  if (const fs::path folder = fs::path(path).parent_path(); !folder.empty()) fs::create_directories(folder, ec);
  return Descriptor::append_to(path);
}

}  // namespace

LogFile::LogFile(const Options& options)
    : path_(options.file),
      max_size_(options.rotate_size),
      is_daily_(options.rotate_daily),
      keep_(options.keep),
      file_(open(path_)) {
  if (!file_.is_open())
    throw std::runtime_error(path_ + " cannot be opened: " + std::generic_category().message(errno));
  note_state();
}

void LogFile::note_state() {
  size_ = file_.size();
  day_ = size_ == 0 ? 0 : local_day(written_ns(path_));
}

bool LogFile::needs_rotation(std::uint64_t next_bytes, std::int64_t day) const {
  if (size_ == 0 || !file_.is_regular()) return false;  // a device is never renamed
  return (is_daily_ && day_ != day) || (max_size_ != 0 && size_ + next_bytes > max_size_);
}

std::string LogFile::rotate_if_needed(std::uint64_t next_bytes, std::int64_t wall_ns) {
  const std::int64_t day = local_day(wall_ns);
  std::string problem;
  if (wall_ns >= next_try_ns_ && needs_rotation(next_bytes, day)) {
    problem = rotate_files();
    if (problem.empty()) problem = reopen();
    if (!problem.empty()) next_try_ns_ = wall_ns + kBetweenTriesNs;
  }
  if (problem.empty()) day_ = day;
  return problem;
}

// FILE.keep goes, FILE.1 becomes FILE.2, FILE becomes FILE.1.
std::string LogFile::rotate_files() const {
  std::error_code ec;
  if (!fs::exists(path_, ec)) return "";  // somebody has put it aside already
  for (int number = keep_ - 1; number >= 1; --number)
    if (fs::exists(older(number), ec)) fs::rename(older(number), older(number + 1), ec);
  fs::rename(path_, older(1), ec);
  return ec ? path_ + " cannot be renamed to " + older(1) + ": " + ec.message() + "; going on with it as it is" : "";
}

std::string LogFile::reopen() {
  Descriptor fresh = open(path_);
  if (!fresh.is_open())
    return path_ + " cannot be opened again: " + std::generic_category().message(errno) +
           "; going on with the file that was open";
  file_ = std::move(fresh);
  note_state();
  return "";
}

Descriptor::Written LogFile::write(std::string_view text) {
  const Descriptor::Written written = file_.write(text);
  size_ += written.bytes;
  return written;
}

}  // namespace gw::log
