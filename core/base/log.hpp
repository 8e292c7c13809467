// The log facade: time, level, module, message. Any thread may log, and none of them ever waits for the disk or for who
// reads standard error: once start_thread was called, lines go through a bounded queue to a thread of their own, which
// loses lines, counts them and says so where it cannot keep up. Lines that others can cause go through log_limit.hpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gw::log {

enum class Level { debug, info, warning, error };

struct Options {
  Level level = Level::info;
  std::string format = "text";           // or "json"
  std::string file;                      // empty: standard error
  std::uint64_t rotate_size = 64 << 20;  // bytes; a file that would grow beyond it is rotated; 0: at any size
  bool rotate_daily = true;              // a file is rotated at midnight, local time
  int keep = 14;                         // rotated files: FILE.1 is the newest
};

// The most of one message that is printed, in bytes; what is cut off is counted in its line.
inline constexpr std::size_t kMaxMessage = 8 * 1024;
// The most that end_thread waits for a log that nobody takes.
inline constexpr std::int64_t kMaxEndNs = 1'000'000'000;

// Throws std::runtime_error when the file cannot be opened. [main, before start_thread]
void configure(const Options& options);
// From here on lines are written by the thread "log". Without it the caller writes them itself, as commands do. [main]
void start_thread();
// Writes out what is queued, for kMaxEndNs at most, and ends the thread. [main]
void end_thread();
// Waits until what is queued was written out, `limit_ns` at the most. Takes no lock, so that a signal handler may call
// it. [any]
void drain(std::int64_t limit_ns) noexcept;
// Closes the file and opens it again by its name, after somebody renamed it. [any]
void reopen();
void set_level(Level level) noexcept;
bool enabled(Level level) noexcept;

// Values that are never printed: each occurrence in a message becomes "***". Short ones (< 4 bytes) are ignored. [any]
void redact(std::string_view secret);
// `message` as it would be printed, for texts that go to clients. It is cut only behind the redaction, so that no part
// of a secret is left at the cut. [any]
std::string redacted(std::string_view message, std::size_t limit = kMaxMessage);

void write(Level level, std::string_view module, std::string_view message);
inline void debug(std::string_view module, std::string_view message) {
  if (enabled(Level::debug)) write(Level::debug, module, message);
}
inline void info(std::string_view module, std::string_view message) {
  if (enabled(Level::info)) write(Level::info, module, message);
}
inline void warning(std::string_view module, std::string_view message) { write(Level::warning, module, message); }
inline void error(std::string_view module, std::string_view message) { write(Level::error, module, message); }

// Prints `text` on standard error, whatever log.file is, and gives up after kMaxEndNs where nobody reads it: for what a
// command says as it ends. [any]
void print_error(std::string_view text) noexcept;

}  // namespace gw::log
