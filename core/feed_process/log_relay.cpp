#include "core/feed_process/log_relay.hpp"

#include <nlohmann/json.hpp>

#include "core/base/log.hpp"

namespace gw::feed_process {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxLine = 64 * 1024;
constexpr std::size_t kMaxModule = 20;

std::string text_at(const Json& line, const char* key) {
  const auto found = line.find(key);
  return found != line.end() && found->is_string() ? found->get<std::string>() : "";
}

log::Level level_of(const std::string& word) {
  if (word == "debug") return log::Level::debug;
  if (word == "info") return log::Level::info;
  return word == "warning" ? log::Level::warning : log::Level::error;
}

// Modules are short words; whatever else it is, the plugin wrote it.
std::string module_of(const Json& line) {
  std::string module = text_at(line, "module");
  const bool is_word = !module.empty() && module.size() <= kMaxModule &&
                       module.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
  return is_word ? module : "plugin";
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
  // Most of what a library prints is told apart by its first letter: a process may print millions of lines.
  const Json said = line.starts_with('{') ? Json::parse(line, nullptr, false) : Json();
  if (!said.is_object() || !said.contains("message")) {
    last_words_ = line;
    // event: …: its process says: …
    return said_.warning("", whose_ + ": its process says: " + last_words_);
  }
  lines_.write_for(module_of(said), level_of(text_at(said, "level")), text_at(said, "message"));
}

}  // namespace gw::feed_process
