// Commands that change which builds of plugins a running gateway runs, through its control socket.
#include <chrono>
#include <map>
#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "core/config/units.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr auto kPause = std::chrono::milliseconds(100);

bool is_meant(const Json& plugin, const std::string& file) {
  const std::string name = plugin.value("file", "");
  return file.empty() || name == file || name == file + ".so" || file.ends_with('/' + name);
}

// Says what came of all that was asked for until now.
int follow(const RunningGateway& gateway, const std::string& file, std::chrono::nanoseconds limit) {
  const auto deadline = Clock::now() + limit;
  std::map<std::string, std::uint64_t> asked;
  for (;;) {
    const auto answer = gateway.ask({{"command", "plugins"}});
    if (!answer) return fail(answer.error().message);
    bool goes_on = false;
    for (const Json& plugin : (*answer)["plugins"]) {
      if (!is_meant(plugin, file)) continue;
      const auto [wanted, first] = asked.try_emplace(plugin.value("file", ""), plugin.value("asked", std::uint64_t{0}));
      goes_on = goes_on || plugin.value("settled", std::uint64_t{0}) < wanted->second;
    }
    if (!goes_on) {
      int status = kDone;
      for (const Json& plugin : (*answer)["plugins"]) {
        const std::string outcome = plugin.value("outcome", "");
        if (!is_meant(plugin, file) || outcome.empty()) continue;
        if (plugin.value("good", true))
          say(outcome);
        else
          status = fail(outcome);
      }
      return status;
    }
    if (Clock::now() > deadline) return fail("no outcome yet; broker-gateway status and the log say more");
    std::this_thread::sleep_for(kPause);
  }
}

int change(const Options& options, const char* command, const PluginRequest& request) {
  const auto limit = config::parse_duration(request.timeout);
  if (!limit || limit->count() <= 0)
    return fail("--timeout: found " + request.timeout + ", expected " + config::kDurationForm, kWrong);
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  if (const auto asked = gateway->ask({{"command", command}, {"file", request.file}}); !asked)
    return fail(asked.error().message);
  return follow(*gateway, request.file, *limit);
}

}  // namespace

int plugins_reload(const Options& options, const PluginRequest& request) {
  return change(options, "plugins_reload", request);
}

int plugins_rollback(const Options& options, const PluginRequest& request) {
  return change(options, "plugins_rollback", request);
}

int plugins_quarantine(const Options& options, const PluginRequest& request) {
  if (request.file.empty() == request.digits.empty())
    return fail("expected FILE, or --remove and the first digits of a SHA-256", kWrong);
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  Json question{{"command", "plugins_quarantine"}};
  question[request.file.empty() ? "remove" : "file"] = request.file.empty() ? request.digits : request.file;
  const auto answer = gateway->ask(question);
  if (!answer) return fail(answer.error().message);
  return say(request.file.empty() ? "taken out of quarantine: " + request.digits
                                  : request.file + ": in quarantine; what runs goes on");
}

}  // namespace gw::app
