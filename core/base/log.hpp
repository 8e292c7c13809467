// The log facade: time, level, module, message. spdlog stays inside log.cpp; any thread may log.
#pragma once

#include <string>
#include <string_view>

namespace gw::log {

enum class Level { debug, info, warning, error };

struct Options {
  Level level = Level::info;
  std::string format = "text";  // or "json"
  std::string file;             // empty: standard error
};

// Throws std::runtime_error when the file cannot be opened. [main, before threads start]
void configure(const Options& options);
void set_level(Level level) noexcept;
bool enabled(Level level) noexcept;

// Values that are never printed: each occurrence in a message becomes "***". Short ones (< 4 bytes) are ignored. [any]
void redact(std::string_view secret);
// `message` as it would be printed, for texts that go to clients. [any]
std::string redacted(std::string_view message);

void write(Level level, std::string_view module, std::string_view message);
inline void debug(std::string_view module, std::string_view message) {
  if (enabled(Level::debug)) write(Level::debug, module, message);
}
inline void info(std::string_view module, std::string_view message) {
  if (enabled(Level::info)) write(Level::info, module, message);
}
inline void warning(std::string_view module, std::string_view message) { write(Level::warning, module, message); }
inline void error(std::string_view module, std::string_view message) { write(Level::error, module, message); }

}  // namespace gw::log
