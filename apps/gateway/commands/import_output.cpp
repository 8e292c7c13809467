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

namespace {

std::size_t expired_in(const ListReport& report) {
  const auto& rows = report.import.rows();
  return static_cast<std::size_t>(std::count_if(rows.begin(), rows.end(), [&](const instruments::InstrumentView& row) {
    return report.expiries.is_over(row.exchange, row.expiry);
  }));
}

void print_rest(std::uint64_t all, std::size_t printed) {
  if (all > printed) std::printf("  and %llu more\n", static_cast<unsigned long long>(all - printed));
}

}  // namespace

Json report_json(const ListReport& report) {
  const instruments::ImportReport& r = report.import.report();
  Json skips = Json::array();
  for (const auto& skip : r.first_skips) skips.push_back({{r.place_word, skip.place}, {"reason", skip.reason}});
  Json shared = Json::array();
  for (const auto& token : r.first_shared)
    shared.push_back({{"token", token.token},
                      {"symbols", {token.first, token.later}},
                      {r.place_word + 's', {token.first_place, token.later_place}}});
  const std::size_t usable = report.import.rows().size();
  Json out = {{"read", r.read}, {"kept", report.is_withheld ? 0 : usable}, {"skipped", r.skipped}, {"skips", skips}};
  if (report.is_withheld) out["kept_aside"] = usable;
  if (const std::size_t expired = expired_in(report); expired != 0) out["expired"] = expired;
  if (!shared.empty()) out["shared_tokens"] = shared;
  if (!report.no_pairs.empty()) out["no_pairs"] = report.no_pairs;
  return out;
}

void print_report(const ListReport& report) {
  const instruments::ImportReport& r = report.import.report();
  const char* const kept = report.is_withheld ? "usable" : "kept";
  std::printf("%llu rows read, %zu %s, %llu skipped%s\n", static_cast<unsigned long long>(r.read),
              report.import.rows().size(), kept, static_cast<unsigned long long>(r.skipped),
              report.is_withheld ? ": the list was not taken, none of its rows is in use" : "");
  for (const auto& skip : r.first_skips)
    std::printf("  %s %llu: %s\n", r.place_word.c_str(), static_cast<unsigned long long>(skip.place),
                skip.reason.c_str());
  print_rest(r.skipped, r.first_skips.size());
  if (const std::size_t expired = expired_in(report); expired != 0)
    std::printf("  %zu of those %s have expired\n", expired, kept);
  for (const auto& shared : r.first_shared) std::printf("  %s\n", text_of(shared, r.place_word).c_str());
  print_rest(r.shared, r.first_shared.size());
  if (report.no_pairs.empty()) return;
  std::printf(
      "%zu symbols name another instrument in another broker's list; for these, no broker stands in for another:\n",
      report.no_pairs.size());
  const std::size_t printed = std::min(report.no_pairs.size(), instruments::ImportReport::kMaxSkips);
  for (std::size_t i = 0; i < printed; ++i) std::printf("  %s\n", report.no_pairs[i].c_str());
  print_rest(report.no_pairs.size(), printed);
}

}  // namespace gw::app
