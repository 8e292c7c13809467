#include "core/base/log_layout.hpp"

#include <chrono>

#include <spdlog/details/log_msg.h>
#include <spdlog/pattern_formatter.h>

#include "core/base/text.hpp"

namespace gw::log {
namespace {

// The time is that of the local zone, with its offset.
constexpr const char* kText = "%Y-%m-%dT%H:%M:%S.%e%z %-7l %-10n %v";
constexpr const char* kJson = R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l","module":%n,"message":%v})";
constexpr const char* kJournal = "%n: %v";

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::err;
}

const char* priority_of(Level level) {
  switch (level) {
    case Level::debug:
      return "<7>";
    case Level::info:
      return "<6>";
    case Level::warning:
      return "<4>";
    case Level::error:
      return "<3>";
  }
  return "<3>";
}

}  // namespace

struct LogLayout::Formatter {
  explicit Formatter(const char* form) : pattern(form, spdlog::pattern_time_type::local, "\n") {}
  spdlog::pattern_formatter pattern;
  spdlog::memory_buf_t buffer;
};

LogLayout::LogLayout(std::string_view format, bool to_journal)
    : is_json_(format == "json"),
      to_journal_(to_journal),
      formatter_(std::make_unique<Formatter>(is_json_     ? kJson
                                             : to_journal ? kJournal
                                                          : kText)) {}

LogLayout::~LogLayout() = default;

void LogLayout::append(const Line& line, std::string& out) {
  const std::string module = is_json_ ? json_text(line.module) : line.module;
  const std::string text = is_json_ ? json_text(line.text) : line.text;
  const spdlog::log_clock::time_point time{
      std::chrono::duration_cast<spdlog::log_clock::duration>(std::chrono::nanoseconds(line.wall_ns))};
  formatter_->buffer.clear();
  formatter_->pattern.format({time, {}, module, level_of(line.level), text}, formatter_->buffer);
  if (to_journal_) out += priority_of(line.level);
  out.append(formatter_->buffer.data(), formatter_->buffer.size());
}

}  // namespace gw::log
