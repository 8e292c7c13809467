// Commands that act on a running gateway, through its control socket.
#include <string>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/link_outcome.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "core/config/units.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

// "unchanged: …" where a retry has nothing to do; empty: it has.
std::string unchanged(const Json& link) {
  if (link.value("hangs", false)) return "";  // the gateway says what cannot be done
  const std::string status = link.value("status", "");
  if (status == "connected") return "unchanged: it is connected";
  if (status == "auth_expired")
    return "unchanged: auth_expired: " + link.value("message", "") + "; retry does not help here, relogin does";
  return "";
}

}  // namespace

int broker_command(const Options& options, const BrokerRequest& request) {
  const auto limit = config::parse_duration(request.timeout);
  if (!limit || limit->count() <= 0)
    return fail("--timeout: found " + request.timeout + ", expected " + config::kDurationForm, kWrong);
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  const std::string& broker = request.broker;
  if (request.command == "retry")
    if (const auto link = gateway->ask({{"command", "link"}, {"broker", broker}}); link) {
      if (const std::string words = unchanged(*link); !words.empty())
        return link->value("status", "") == "connected" ? say(broker + ": " + words) : fail(broker + ": " + words);
    }
  const auto asked = gateway->ask({{"command", request.command}, {"broker", broker}});
  if (!asked) return fail(broker + ": " + asked.error().message);
  const LinkOutcome outcome = follow_login(*gateway, broker, asked->value("asked", std::uint64_t{0}), *limit);
  return outcome.is_connected ? say(broker + ": " + outcome.text) : fail(broker + ": " + outcome.text);
}

int reload(const Options& options) {
  constexpr int kPatienceSeconds = 30;  // brokers that are removed end first
  const auto gateway = RunningGateway::find(options);
  if (!gateway) return kWrong;
  const auto answer = gateway->ask({{"command", "reload"}}, kPatienceSeconds);
  if (!answer) return fail(answer.error().message);
  const Json said = answer->value("said", Json::array());
  for (const Json& sentence : said) say(sentence.get<std::string>());
  return said.empty() ? say("unchanged: gateway.yaml is as it was; the calendar and the certificate were read again")
                      : kDone;
}

}  // namespace gw::app
