// Looks at all that keeps a gateway from serving: one line each, and what to do.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/config_problems.hpp"
#include "apps/gateway/doctor/broker_checks.hpp"
#include "apps/gateway/doctor/machine_checks.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "apps/gateway/server_tls.hpp"
#include "core/control/control_socket.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

const char* word(Grade grade) {
  if (grade == Grade::ok) return "ok";
  return grade == Grade::warning ? "warning" : "fault";
}

// What the running gateway says; null: none runs, or it does not answer.
Json look_at_gateway(const RunningGateway& gateway, Findings& findings) {
  if (const std::string why = gateway.why_unreachable(); !why.empty()) {
    findings.fault("gateway", why, "see its log");
    return {};
  }
  if (!control::is_served(gateway.socket())) {
    findings.ok("gateway", "none runs here");
    return {};
  }
  auto status = gateway.ask({{"command", "status"}});
  if (!status) {
    findings.fault("gateway", status.error().message, "see its log");
    return {};
  }
  const Json verdict = status->value("verdict", Json::object());
  for (const Json& problem : verdict.value("problems", Json::array()))
    findings.fault("gateway", problem.value("text", ""), "see broker-gateway status");
  if (verdict.value("ready", false)) findings.ok("gateway", "runs, and everything wanted is served");
  return *status;
}

Findings look(const RunningGateway& gateway, config::Loaded& loaded) {
  Findings findings;
  const auto problems = config_problems(loaded);
  for (const config::Problem& problem : problems) findings.fault("gateway.yaml", problem.text(), "edit the file");
  if (problems.empty())
    findings.ok("gateway.yaml",
                (loaded.is_built_in ? "none here: the built-in one is" : loaded.file + " is") + std::string(" good"));
  check_clock(findings);
  check_database(gateway.database(), gateway.holder(), findings);
  const Json status = look_at_gateway(gateway, findings);
  if (!loaded.problems.empty()) return findings;  // what follows goes by a configuration that can be read
  for (const std::string& warning : server_tls_warnings(loaded))
    findings.warning("server.tls", warning.substr(0, warning.rfind("; ")), warning.substr(warning.rfind("; ") + 2));
  check_disks(loaded, findings);
  std::optional<int> port;
  if (status.is_object()) port = status.value("port", 0);
  // Who does not answer keeps its ports all the same.
  const std::string mute = status.is_object() ? "" : gateway.holder();
  check_ports(loaded, port, status.is_object() && status["zeromq"].is_string(), mute, findings);
  const auto plugins = scan_plugins(loaded.config);
  if (!plugins) return findings;  // among the problems
  for (const plugin_host::ScanEntry& entry : *plugins)
    if (entry.library != nullptr && !entry.refusal.empty())
      findings.warning("plugin " + entry.file, entry.refusal + "; a build that was kept runs in its place",
                       "put a good build into the plugin folder");
  check_secrets(loaded, *plugins, findings);
  check_lists(loaded, *plugins, gateway.database(), findings);
  check_servers(loaded, *plugins, findings);
  return findings;
}

}  // namespace

int doctor(const Options& options) {
  const auto where = config::locate(options.config);
  if (!where) return fail(where.error().message, kWrong);
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  config::Loaded loaded = config::load(*where);
  const Findings findings = look(*gateway, loaded);
  Json out = Json::array();
  for (const Finding& finding : findings.all()) {
    std::string line =
        finding.subject + ": " + finding.text + (finding.next_step.empty() ? "" : "; next: " + finding.next_step);
    std::replace(line.begin(), line.end(), '\n', ' ');
    if (!options.json) std::printf("%-7s  %s\n", word(finding.grade), line.c_str());
    Json one = {{"grade", word(finding.grade)}, {"subject", finding.subject}, {"text", finding.text}};
    if (!finding.next_step.empty()) one["next_step"] = finding.next_step;
    out.push_back(std::move(one));
  }
  if (options.json) std::printf("%s\n", out.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
  return findings.has_fault() ? kCouldNot : kDone;
}

}  // namespace gw::app
