// broker-gateway login: opens the day's session at a broker, stores its tokens, and has the running gateway log in
// anew.
#include <chrono>
#include <cstdio>
#include <string>

#include <poll.h>
#include <unistd.h>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/link_outcome.hpp"
#include "apps/gateway/login_setup.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/running_gateway.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/config/units.hpp"
#include "core/control/control_socket.hpp"
#include "core/feed_process/described_library.hpp"
#include "core/login/redirect_listener.hpp"

namespace gw::app {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds kLiveTimeout{15};  // for the running gateway's feed to be connected

// Has the running gateway use the tokens that were stored, and waits for what comes of it; returns the exit status.
int take_up(const RunningGateway& gateway, const std::string& name) {
  const auto told = gateway.ask({{"command", "take_up_login"}, {"broker", name}});
  if (!told)
    return fail(name + ": the token is stored, but the running gateway does not take it: " + told.error().message);
  const LinkOutcome outcome = follow_login(gateway, name, told->value("asked", std::uint64_t{0}), kLiveTimeout);
  if (outcome.is_connected) return say(name + ": live");
  return fail(name + ": the token is stored, and the feed is not connected: " + outcome.text);
}

// One line of standard input; the error: nothing came in time, or there is none.
Result<std::string> read_line(Clock::time_point end) {
  constexpr std::size_t kLongest = 8192;
  std::string line;
  while (line.size() < kLongest) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
    pollfd input{STDIN_FILENO, POLLIN, 0};
    if (left <= 0 || ::poll(&input, 1, static_cast<int>(std::min<std::int64_t>(left, 3'600'000))) == 0)
      return Error{"nothing was pasted in time"};
    char c = 0;
    const ssize_t n = ::read(STDIN_FILENO, &c, 1);
    if (n <= 0 || c == '\n') break;
    line += c;
  }
  const std::size_t begin = line.find_first_not_of(" \t\r");
  if (begin == std::string::npos) return Error{"nothing was pasted"};
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

std::string why_not(const std::string& name, const login::Outcome& outcome) {
  std::string text = name + ": " + (outcome.may_work_later() ? "not logged in: " : "refused: ") + outcome.text;
  if (outcome.status == BGW_E_RATE && outcome.retry_after_ns > 0)
    text += "; try again in " + seconds_text(outcome.retry_after_ns);
  else if (outcome.may_work_later())
    text += "; try again later";
  return text;
}

// The login at the broker's page.
Result<login::Outcome> run_by_page(login::Login& made, const config::Broker& broker, bool manual,
                                   Clock::time_point end) {
  const auto page = made.page();
  if (!page) return page.error();
  std::unique_ptr<login::RedirectListener> listener;
  if (!manual && !broker.login.redirect.empty()) {
    auto opened = login::RedirectListener::open(broker.login.redirect);
    if (!opened) return Error{opened.error().message + "; with --manual the address is pasted"};
    listener = std::move(*opened);
  }
  std::printf("%s: open this address in a browser and log in:\n  %s\n", broker.name.c_str(), page->c_str());
  if (listener == nullptr) {
    std::printf("Then paste the address that the browser ends at, or the token in it:\n");
    std::fflush(stdout);
    const auto answer = read_line(end);
    if (!answer) return answer.error();
    return made.run(*answer);
  }
  std::printf("Waiting for the browser at %s\n", broker.login.redirect.c_str());
  std::fflush(stdout);
  login::Outcome outcome;
  const bool came = listener->wait(end - Clock::now(), [&](const std::string& query) -> login::Shown {
    outcome = made.run(query);
    return {outcome.is_good(),
            outcome.is_good() ? broker.name + ": the session is open." : why_not(broker.name, outcome)};
  });
  if (!came)
    return Error{"no browser came to " + broker.login.redirect + " in time; with --manual the address is pasted"};
  return outcome;
}

// Secrets that are given and lead to nothing.
std::string missing_secrets(const config::Broker& broker, const plugin_host::Library& library) {
  std::string all;
  for (const std::string& key : login::names_in(library.login()->needs))
    for (const config::Setting& setting : broker.settings) {
      if (setting.key != key || setting.values.empty()) continue;
      const auto value = config::resolve(setting.values[0]);
      if (value && *value) continue;
      all += (all.empty() ? "" : ", ") + key + " (" + config::shown(setting.values[0]) + ")";
    }
  return all;
}

}  // namespace

int login_at_broker(const Options& options, const LoginRequest& request) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const auto timeout = config::parse_duration(request.timeout);
  if (!timeout || timeout->count() <= 0)
    return fail("--timeout: found " + request.timeout + ", expected " + config::kDurationForm, kWrong);
  const auto found = std::find_if(loaded->config.brokers.begin(), loaded->config.brokers.end(),
                                  [&](const config::Broker& b) { return b.name == request.broker; });
  if (found == loaded->config.brokers.end())
    return fail("no broker '" + request.broker + "' in " + loaded->file, kWrong);
  const config::Broker& broker = *found;
  const auto plugins = scan_plugins(loaded->config);
  if (!plugins) return fail(plugins.error().message);
  const auto library = find_plugin(*plugins, broker.plugin);
  if (library == nullptr)
    return fail(broker.name + ": its plugin " + broker.plugin +
                " is not there or refused; see broker-gateway plugins list");
  if (library->login() == nullptr) return fail("the plugin " + broker.plugin + " offers no login", kWrong);
  auto problems = config::check_settings(broker, loaded->file, setting_rules(*library));
  for (config::Problem& p : login_problems(broker, *loaded, *library)) problems.push_back(std::move(p));
  if (problems.empty()) problems = missing_for_login(broker, *loaded, *library);
  if (problems.empty()) problems = config::value_problems(broker, loaded->file, setting_rules(*library));
  for (const config::Problem& problem : problems) std::fprintf(stderr, "%s\n", problem.text().c_str());
  if (!problems.empty()) return kWrong;
  if (const std::string missing = missing_secrets(broker, *library); !missing.empty())
    return fail(broker.name + ": found nothing in " + missing + ", expected a value: a login needs it");
  const auto end = Clock::now() + *timeout;
  // A person waits for it here: what it does, it does to this command alone.
  const auto loaded_library = feed_process::load_here(library);
  if (!loaded_library) return fail(broker.name + ": " + loaded_library.error().message);
  auto made = make_login(broker, *loaded_library, [end] { return Clock::now() < end; });
  if (!made) return fail(made.error().message);
  const auto outcome = made->is_by_page() ? run_by_page(*made, broker, request.manual, end) : made->run("");
  if (!outcome) return fail(broker.name + ": " + log::redacted(outcome.error().message));
  if (!outcome->is_good()) return fail(why_not(broker.name, *outcome));
  const auto gateway = RunningGateway::find(options);
  if (gateway && (control::is_served(gateway->socket()) || !gateway->holder().empty()))
    return take_up(*gateway, broker.name);
  std::printf("%s: the token is stored; no gateway is running here, the next one uses it\n", broker.name.c_str());
  return kDone;
}

}  // namespace gw::app
