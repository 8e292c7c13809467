#include "apps/gateway/doctor/broker_checks.hpp"

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <future>
#include <map>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/watch/number_text.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/text.hpp"
#include "core/config/settings.hpp"
#include "core/database/database.hpp"
#include "core/download/http_client.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/instruments/list_age.hpp"
#include "core/login/login.hpp"
#include "core/registry/capabilities.hpp"

namespace gw::app {
namespace {

constexpr std::int64_t kSecondNs = 1'000'000'000;
constexpr std::int64_t kServerLimitNs = 8 * kSecondNs;

// Calls each(broker, plugin) for the brokers that are enabled and have a plugin.
template <class F>
void for_each_broker(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins, F&& each) {
  for (const config::Broker& broker : loaded.config.brokers) {
    const auto library = broker.enabled ? find_plugin(plugins, broker.plugin) : nullptr;
    if (library != nullptr) each(broker, *library);
  }
}

std::string how_to_log_in(const config::Broker& broker, const plugin_host::Library& library) {
  if (library.login() != nullptr) return "broker-gateway login " + broker.name;
  return "log in at the broker, and put the token there";
}

int local_offset(std::int64_t wall) {
  const auto seconds = static_cast<std::time_t>(wall / kSecondNs);
  std::tm local{};
  return ::localtime_r(&seconds, &local) == nullptr ? 0 : static_cast<int>(local.tm_gmtoff / 60);
}

// Brokers end sessions every night.
bool is_of_today(std::int64_t written_ns) {
  const std::int64_t now = wall_ns();
  return day_at(written_ns, local_offset(written_ns)) == day_at(now, local_offset(now));
}

void check_token(const config::Broker& broker, const plugin_host::Library& library, const config::ResolvedSetting& one,
                 const std::string& file, Findings& findings) {
  const std::string subject = "token of " + broker.name;
  const std::string text = one.key + " (" + file + ") ";
  if (one.is_missing) return findings.warning(subject, text + "is not there yet", how_to_log_in(broker, library));
  const std::string age = age_text(static_cast<double>(wall_ns() - one.written_ns) / 1e9);
  if (is_of_today(one.written_ns)) return findings.ok(subject, text + "is of today, " + age + " old");
  findings.warning(subject, text + "is " + age + " old, and brokers end sessions every night",
                   how_to_log_in(broker, library));
}

// The setting's first value that comes from a file; null: none does.
const config::Value* file_of(const config::Broker& broker, const std::string& key) {
  for (const config::Setting& setting : broker.settings)
    for (const config::Value& value : setting.values)
      if (setting.key == key && value.source == config::Value::Source::file) return &value;
  return nullptr;
}

// ---- the brokers' servers

struct Server {
  std::string url;  // http or https, without a path
  std::string brokers;
  Outgoing outgoing;
};

// "wss://feed.example.com/?x" is "https://feed.example.com"; empty: the text is no address.
std::string server_of(const std::string& text) {
  for (const auto& [scheme, http] :
       {std::pair{"wss://", "https://"}, {"https://", "https://"}, {"ws://", "http://"}, {"http://", "http://"}})
    if (text.starts_with(scheme)) {
      const std::string rest = text.substr(std::string_view(scheme).size());
      const std::string authority = rest.substr(0, rest.find_first_of("/?#"));
      return authority.find('@') == std::string::npos ? http + authority : "";
    }
  return "";
}

std::map<std::string, Server> servers_of(const config::Loaded& loaded,
                                         const std::vector<plugin_host::ScanEntry>& plugins) {
  std::map<std::string, Server> servers;
  for_each_broker(loaded, plugins, [&](const config::Broker& broker, const plugin_host::Library& library) {
    const auto settings = config::resolve_settings(broker, setting_rules(library));
    if (!settings) return;  // among the problems of gateway.yaml
    for (const config::ResolvedSetting& setting : *settings) {
      const std::string url = setting.is_secret ? "" : server_of(setting.text);
      if (url.empty()) continue;
      Server& server = servers[url];
      server.url = url;
      server.outgoing = outgoing_of(broker);
      if (server.brokers.find(broker.name) == std::string::npos)
        server.brokers += (server.brokers.empty() ? "" : ", ") + broker.name;
    }
  });
  return servers;
}

// How far this machine's clock is ahead of the server's; nothing: the server does not say.
std::optional<std::int64_t> clock_ahead_ns(const download::HttpReply& reply, std::int64_t wall) {
  for (const auto& [name, value] : reply.headers)
    if (lower(name) == "date")
      if (const auto time = parse_http_date(value)) return wall - *time;
  return std::nullopt;
}

void judge_clock(const Server& server, std::int64_t ahead_ns, Findings& findings) {
  constexpr std::int64_t kOdd = 5 * kSecondNs;
  constexpr std::int64_t kWrong = 30 * kSecondNs;  // a TOTP code is valid for 30 s
  const std::int64_t off = std::abs(ahead_ns);
  if (off < kOdd) return;
  const std::string text = "this machine's clock is " + seconds_text(off) + (ahead_ns > 0 ? " ahead of " : " behind ") +
                           "that of " + server.url;
  const std::string next = "set the clock: timedatectl set-ntp true";
  if (off < kWrong) return findings.warning("clock", text, next);
  findings.fault("clock", text + "; logins by TOTP fail, and ticks look late", next);
}

}  // namespace

void check_secrets(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins,
                   Findings& findings) {
  for_each_broker(loaded, plugins, [&](const config::Broker& broker, const plugin_host::Library& library) {
    const auto settings = config::resolve_settings(broker, setting_rules(library));
    if (!settings) return;  // among the problems of gateway.yaml, with its line
    const auto tokens =
        library.login() == nullptr ? std::vector<std::string>{} : login::names_in(library.login()->stores);
    for (const config::ResolvedSetting& setting : *settings) {
      const config::Value* file = file_of(broker, setting.key);
      if (file == nullptr) continue;
      if (std::find(tokens.begin(), tokens.end(), setting.key) != tokens.end())
        check_token(broker, library, setting, file->text, findings);
      else if (setting.is_missing)
        findings.warning("broker " + broker.name, setting.key + " (" + file->text + ") is not there or empty",
                         "write it, mode 0600");
    }
  });
}

void check_lists(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins,
                 const std::string& path, Findings& findings) {
  std::unique_ptr<database::Database> database;
  if (auto opened = database::Database::open(path, database::IfAbsent::fail)) database = std::move(*opened);
  for_each_broker(loaded, plugins, [&](const config::Broker& broker, const plugin_host::Library& library) {
    const std::string subject = "list of " + broker.name;
    const bool is_built_in = library.instruments() != nullptr && library.instruments()->builtin != nullptr;
    const std::string update = "broker-gateway instruments update --broker " + broker.name;
    std::optional<instruments::LastImport> last;
    if (database != nullptr)
      if (auto found = instruments::InstrumentStore(*database).last_import(library.descriptor().broker)) last = *found;
    if (!last && is_built_in) return findings.ok(subject, "the plugin's own");
    if (!last) return findings.warning(subject, "no instruments are known yet", update);
    const std::string text = grouped(static_cast<std::uint64_t>(last->rows)) + " instruments, " + name_of(last->list);
    const bgw_plugin_descriptor& declared = library.descriptor();
    const registry::Capabilities capabilities({declared.capabilities, declared.capability_count});
    for (const calendar::Exchange& exchange : loaded.calendar.exchanges)
      if (capabilities.has_exchange(exchange.name))
        if (const std::string old =
                instruments::old_list_warning(last->list, loaded.calendar, exchange.name, wall_ns());
            !old.empty())
          return findings.warning(subject, old, update);
    if (is_of_today(last->list.time_ns) || is_of_today(last->imported_ns)) return findings.ok(subject, text);
    findings.warning(subject, text + ": not of today, and brokers give tokens out again", update);
  });
}

void check_servers(const config::Loaded& loaded, const std::vector<plugin_host::ScanEntry>& plugins,
                   Findings& findings) {
  struct Answer {
    download::HttpReply reply;
    std::int64_t wall;
  };
  std::vector<std::pair<Server, std::promise<Answer>>> asked;
  for (auto& [url, server] : servers_of(loaded, plugins)) asked.emplace_back(server, std::promise<Answer>());
  download::HttpClient client;
  for (auto& [server, answer] : asked) {
    download::HttpCall call;
    call.url = server.url + '/';
    call.outgoing = server.outgoing;
    call.timeout_ns = kServerLimitNs;
    client.begin(std::move(call), [&answer = answer](download::HttpReply reply) {
      answer.set_value({std::move(reply), wall_ns()});
    });
  }
  for (auto& [server, answer] : asked) {
    const Answer got = answer.get_future().get();
    const std::string subject = "server " + server.url;
    if (got.reply.status == 0) {
      findings.fault(subject, got.reply.error + " (of broker " + server.brokers + ")",
                     "look at the network, the firewall and the proxy; or at the address in gateway.yaml");
      continue;
    }
    const auto ahead = clock_ahead_ns(got.reply, got.wall);
    findings.ok(subject, "answers" + std::string(server.url.starts_with("https") ? ", its certificate is good" : "") +
                             (ahead ? ", clocks agree within " + seconds_text(std::abs(*ahead)) : ""));
    if (ahead) judge_clock(server, *ahead, findings);
  }
}

}  // namespace gw::app
