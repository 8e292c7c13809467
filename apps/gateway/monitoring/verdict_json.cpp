#include "apps/gateway/monitoring/verdict_json.hpp"

#include <nlohmann/json.hpp>

namespace gw::app {
namespace {

using Json = nlohmann::json;

Json list_of(const std::vector<Problem>& problems) {
  Json list = Json::array();
  for (const Problem& problem : problems) {
    Json one = {{"broker", problem.broker}, {"status", problem.status}, {"text", problem.text()}};
    if (!problem.exchange.empty()) one["exchange"] = problem.exchange;
    if (!problem.reason.empty()) one["reason"] = problem.reason;
    if (!problem.next_step.empty()) one["next_step"] = problem.next_step;
    list.push_back(std::move(one));
  }
  return list;
}

}  // namespace

Json json_of(const Verdict& verdict) {
  Json problems = list_of(verdict.problems);
  if (!verdict.database.empty()) problems.push_back({{"status", "database"}, {"text", verdict.database}});
  return {{"ready", verdict.is_ready()}, {"problems", std::move(problems)}, {"others", list_of(verdict.others)}};
}

}  // namespace gw::app
