#include "core/base/log.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"

namespace gw::log {
namespace {

struct State {
  std::shared_ptr<spdlog::logger> logger;
  std::atomic<Level> level{Level::info};
  bool json = false;
  std::mutex mutex;  // guards secrets
  std::vector<std::string> secrets;
};

State& state() {
  static State* instance = [] {
    auto* s = new State;  // never destroyed: threads may log until the very end
    s->logger = std::make_shared<spdlog::logger>("gateway", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    s->logger->set_pattern("%v");
    s->logger->set_level(spdlog::level::trace);
    s->logger->flush_on(spdlog::level::trace);
    return s;
  }();
  return *instance;
}

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

}  // namespace

void configure(const Options& options) {
  State& s = state();
  if (!options.file.empty()) {
    s.logger =
        std::make_shared<spdlog::logger>("gateway", std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file));
    s.logger->set_pattern("%v");
    s.logger->flush_on(spdlog::level::trace);
  }
  s.json = options.format == "json";
  set_level(options.level);
}

void set_level(Level level) noexcept { state().level.store(level, std::memory_order_relaxed); }

bool enabled(Level level) noexcept { return level >= state().level.load(std::memory_order_relaxed); }

std::string redacted(std::string_view message) {
  State& s = state();
  std::string text(message);
  const std::scoped_lock lock(s.mutex);
  for (const std::string& secret : s.secrets) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at + 3))
      text.replace(at, secret.size(), "***");
  }
  for (char& c : text)  // one event, one line, whatever a peer sent
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = ' ';
  return text;
}

void redact(std::string_view secret) {
  if (secret.size() < 4) return;
  State& s = state();
  const std::scoped_lock lock(s.mutex);
  for (const std::string& known : s.secrets)
    if (known == secret) return;
  // The longest first: a secret that begins with another must not leave its tail.
  const auto shorter = std::find_if(s.secrets.begin(), s.secrets.end(),
                                    [&](const std::string& known) { return known.size() < secret.size(); });
  s.secrets.emplace(shorter, secret);
}

void write(Level level, std::string_view module, std::string_view message) {
  State& s = state();
  if (!enabled(level)) return;
  const std::string time = iso_time(wall_ns());
  const std::string text = redacted(message);
  if (s.json)
    s.logger->log(spdlog::level::info, "{{\"time\":\"{}\",\"level\":\"{}\",\"module\":{},\"message\":{}}}", time,
                  name_of(level), json_text(module), json_text(text));
  else
    s.logger->log(spdlog::level::info, "{} {:<7} {:<10} {}", time, name_of(level), module, text);
}

}  // namespace gw::log
