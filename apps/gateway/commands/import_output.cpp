#include "apps/gateway/commands/import_output.hpp"

#include <algorithm>
#include <cstdio>

#include <unistd.h>
#include <nlohmann/json.hpp>

namespace gw::app {

using Json = nlohmann::json;

ProgressBar::~ProgressBar() {
  if (!drawn_.empty()) std::fputc('\n', stderr);
}

void ProgressBar::draw(const std::string& text) {
  static const bool terminal = ::isatty(STDERR_FILENO) != 0;
  if (!terminal || text == drawn_) return;
  drawn_ = text;
  std::fprintf(stderr, "\r%s", text.c_str());
}

void ProgressBar::show(std::uint64_t done, std::uint64_t total) {
  if (total == 0 && done == 0) return;
  char text[100];
  if (total == 0) {
    std::snprintf(text, sizeof text, " %.1f MiB", static_cast<double>(done) / (1 << 20));
  } else {
    const int percent = static_cast<int>(std::min(done, total) * 100 / total);
    std::snprintf(text, sizeof text, " [%-50.*s] %3d %%", percent / 2,
                  "##################################################", percent);
  }
  draw(what_ + text);
}

Json report_json(const instruments::Import& import) {
  const instruments::ImportReport& r = import.report();
  Json skips = Json::array();
  for (const auto& skip : r.first_skips) skips.push_back({{"line", skip.line}, {"reason", skip.reason}});
  return {{"read", r.read}, {"kept", import.rows().size()}, {"skipped", r.skipped}, {"skips", skips}};
}

void print_report(const instruments::Import& import) {
  const instruments::ImportReport& r = import.report();
  std::printf("%llu rows read, %zu kept, %llu skipped\n", static_cast<unsigned long long>(r.read), import.rows().size(),
              static_cast<unsigned long long>(r.skipped));
  for (const auto& skip : r.first_skips)
    std::printf("  line %llu: %s\n", static_cast<unsigned long long>(skip.line), skip.reason.c_str());
  if (r.skipped > r.first_skips.size())
    std::printf("  and %llu more\n", static_cast<unsigned long long>(r.skipped - r.first_skips.size()));
}

}  // namespace gw::app
