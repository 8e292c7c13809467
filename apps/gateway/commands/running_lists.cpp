// Lists of a running gateway: its clients, and what is subscribed. One line each, at most 80 columns.
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/control_answer.hpp"
#include "apps/gateway/terminal/line.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kRowColumns = 80;

std::string number_cell(const Json& row, const char* key, std::size_t width) {
  return right_aligned(std::to_string(row.value(key, std::int64_t{0})), width) + ' ';
}

void print_row(std::string row) {
  row.resize(std::min(row.size(), kRowColumns));
  row.erase(row.find_last_not_of(' ') + 1);
  std::printf("%s\n", row.c_str());
}

// What the list does not show is told on standard error.
int end_of(std::size_t shown, std::size_t count, const char* what) {
  if (shown < count)
    std::fprintf(stderr, "%zu of %zu %s shown; --limit shows more, 10000 at the most\n", shown, count, what);
  return kDone;
}

std::string mode_text(const Json& row) {
  const int mode = row.value("mode", 0);
  if (mode == 1) return "ltp";
  if (mode == 2) return "quote";
  const int level = row.value("depth_level", 0);
  const int actual = row.value("actual_depth", level);
  return "depth " + std::to_string(actual) + (actual == level ? "" : " of " + std::to_string(level));
}

}  // namespace

int clients(const Options& options, int limit) {
  const auto answer = ask_gateway(options, {{"command", "clients"}, {"limit", limit}});
  if (!answer) return no_answer(answer.error());
  const Json& rows = answer->at("clients");
  if (options.json) return std::printf("%s\n", rows.dump().c_str()), kDone;
  print_row("CLIENT ADDRESS               USER               KEY BROKER       SUBS EXTRAS");
  for (const Json& row : rows)
    print_row(number_cell(row, "client", 6) + cell(row.value("address", ""), 21) + cell(row.value("user", ""), 16) +
              number_cell(row, "key", 5) + cell(row.value("broker", ""), 10) + number_cell(row, "subscriptions", 6) +
              (row.value("extras", false) ? "yes" : "no"));
  return end_of(rows.size(), answer->value("count", rows.size()), "clients");
}

int subs(const Options& options, const SubsRequest& request) {
  Json asked = {{"command", "subs"}, {"limit", request.limit}};
  if (!request.broker.empty()) asked["broker"] = request.broker;
  if (request.client != 0) asked["client"] = request.client;
  const auto answer = ask_gateway(options, asked);
  if (!answer) return no_answer(answer.error());
  const Json& rows = answer->at("subscriptions");
  if (options.json) return std::printf("%s\n", rows.dump().c_str()), kDone;
  print_row("INSTRUMENT                 MODE           STATE   BROKER     CLIENTS   UPDATES");
  for (const Json& row : rows)
    print_row(cell(row.value("instrument", ""), 26) + cell(mode_text(row), 14) + cell(row.value("status", ""), 7) +
              cell(row.value("broker", ""), 10) + number_cell(row, "clients", 7) + number_cell(row, "updates", 9));
  return end_of(rows.size(), answer->value("count", rows.size()), "subscriptions");
}

}  // namespace gw::app
