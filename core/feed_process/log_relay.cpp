#include "core/feed_process/log_relay.hpp"

#include <nlohmann/json.hpp>

#include "core/base/log.hpp"

namespace gw::feed_process {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxLine = 64 * 1024;

std::string text_at(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get<std::string>() : "";
}

log::Level level_of(const std::string& word) {
  if (word == "debug") return log::Level::debug;
  if (word == "info") return log::Level::info;
  return word == "warning" ? log::Level::warning : log::Level::error;
}

}  // namespace

void LogRelay::take(std::string_view output) {
  rest_ += output;
  std::size_t begin = 0;
  for (std::size_t end = rest_.find('\n'); end != std::string::npos; end = rest_.find('\n', begin)) {
    relay(std::string_view(rest_).substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  if (rest_.size() > kMaxLine) end();
}

void LogRelay::end() {
  if (!rest_.empty()) relay(rest_);
  rest_.clear();
}

void LogRelay::relay(std::string_view line) {
  const Json said = Json::parse(line, nullptr, false);
  if (!said.is_object() || !said.contains("message"))
    // event: …: its process says: …
    return said_.warning("", broker_ + ": its process says: " + std::string(line));
  const log::Level level = level_of(text_at(said, "level"));
  if (log::enabled(level)) log::write(level, text_at(said, "module"), text_at(said, "message"));
}

}  // namespace gw::feed_process
