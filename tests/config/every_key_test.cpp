// Walks every key that the parser of gateway.yaml knows. The parser itself names them: it does so when it meets a key
// that it does not know. A new key without a row here fails, and so does a row whose value changes nothing.
#include <map>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/config/load.hpp"

namespace gw::config {
namespace {

struct Row {
  const char* value;        // not the default
  const char* beside = "";  // further lines that the value needs
};

// tests/repo checks that somebody uses what these keys become.
const std::map<std::string, Row>& rows() {
  static const std::map<std::string, Row> kRows = {
      {"server.host", {"127.0.0.2"}},
      {"server.port", {"1"}},
      {"server.port_in_use", {"fail"}},
      {"server.threads", {"2"}},
      {"server.ping_interval", {"31s"}},
      {"server.ping_timeout", {"11s"}},
      {"server.authentication_timeout", {"16s"}},
      {"server.allow_plain", {"true"}},
      {"server.names", {"[gw.example.com]"}},
      {"server.trusted_proxies", {"[10.0.0.0/8]"}},
      {"server.allowed_origins", {"['https://a.example']"}},
      {"server.compression.enabled", {"false"}},
      {"server.compression.threshold", {"2KiB"}},
      {"server.tls.port", {"0"}},  // another port needs the two below: see TlsPort
      {"server.tls.certificate", {"/c.pem"}},
      {"server.tls.key", {"/k.pem"}},
      {"limits.connections", {"1"}},
      {"limits.connections_per_address", {"1"}},
      {"limits.connections_per_key", {"1"}},
      {"limits.unauthenticated_connections", {"1"}},
      {"limits.requests_per_second", {"1"}},
      {"limits.request_burst", {"1"}},
      {"limits.subscriptions_per_client", {"1"}},
      {"limits.symbols_per_request", {"1"}},
      {"limits.header_size", {"16KiB"}},
      {"limits.message_size", {"2MiB"}},
      {"limits.output_per_client", {"2MiB"}},
      {"limits.output_total", {"2GiB"}},
      {"limits.resume_memory", {"1MiB"}},
      {"limits.resume_time", {"1s"}},
      {"limits.slow_client_close", {"1s"}},
      {"database", {"other.db"}},
      {"plugins.directory", {"other"}},
      {"plugins.allow", {"[0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef]"}},
      {"plugins.call_limit", {"11s"}},
      {"plugins.memory_limit", {"2GiB"}},
      {"plugins.descriptor_limit", {"512"}},
      {"plugins.core_dump_limit", {"1GiB"}},
      {"instruments.update", {"'08:45'"}},
      {"instruments.expired", {"serve"}},
      {"zeromq.enabled", {"false"}},
      {"zeromq.host", {"127.0.0.2"}},
      {"zeromq.port", {"1"}},
      {"zeromq.symbols", {"[TCS.NSE]"}},
      {"zeromq.subscribers", {"7"}},
      {"zeromq.topics", {"0"}},
      {"log.level", {"debug"}},
      {"log.format", {"json"}},
      {"log.file", {"a.log"}},
      {"log.rotate.size", {"1MiB"}},
      {"log.rotate.daily", {"false"}},
      {"log.rotate.keep", {"3"}},
      {"mix_brokers", {"false"}},
      {"allow_simulated", {"true"}},
      {"active_broker", {"other", "brokers: {mock: {}, other: {}}"}},
      {"brokers.mock.enabled", {"false"}},
      {"brokers.mock.plugin", {"other"}},
      {"brokers.mock.stall_limit", {"1s"}},
      {"brokers.mock.lag_limit", {"1s"}},
      {"brokers.mock.first_tick_limit", {"1s"}},
      {"brokers.mock.canary", {"[NIFTY.NSE_INDEX]"}},
      {"brokers.mock.market_hours", {"always"}},
      {"brokers.mock.standby", {"hot"}},
      {"brokers.mock.bind_address", {"127.0.0.1"}},
      {"brokers.mock.address_family", {"ipv6"}},
      {"brokers.mock.isolation", {"process"}},
      {"brokers.mock.restart.first", {"1s"}},
      {"brokers.mock.restart.max", {"61s"}},
      {"brokers.mock.restart.breaker.deaths", {"0"}},
      {"brokers.mock.restart.breaker.within", {"1h"}},
      {"brokers.mock.reconnect.first", {"1s"}},
      {"brokers.mock.reconnect.max", {"61s"}},
      {"brokers.mock.reconnect.attempts", {"1"}},
      {"brokers.mock.login.redirect", {"'http://127.0.0.1:5000/kite'"}},
      {"brokers.mock.login.at", {"'08:45'"}},
      {"brokers.mock.login.deadline", {"'09:10'"}},
      {"brokers.mock.login.on_failure", {"'true'"}},
      {"brokers.mock.settings", {"{seed: 2}"}},
  };
  return kRows;
}

// "a.b" and "1" become {a: {b: 1}}, in one line, so that no value differs by its line alone.
std::string text_of(const std::string& key, const std::string& value) {
  const std::size_t dot = key.find('.');
  if (dot == std::string::npos) return key + ": " + value;
  return key.substr(0, dot) + ": {" + text_of(key.substr(dot + 1), value) + "}";
}

std::vector<Problem> complaints_about(const std::string& text) { return load_text(text, "g.yaml", "/etc/gw").problems; }

// The keys that the parser names when `prefix` holds one that it does not know; nothing when `prefix` is no mapping, or
// one that takes any key.
std::vector<std::string> keys_below(const std::string& prefix) {
  const std::string unknown = prefix.empty() ? "no_such_key" : prefix + ".no_such_key";
  constexpr std::string_view kBegin = "one of ";
  for (const Problem& p : complaints_about(text_of(unknown, "1"))) {
    if (p.key != unknown || p.found != "an unknown key" || !p.expected.starts_with(kBegin)) continue;
    std::vector<std::string> keys;
    std::string names = p.expected.substr(kBegin.size(), p.expected.find(" (") - kBegin.size());
    for (std::size_t comma = 0; comma != std::string::npos; names.erase(0, comma + 2)) {
      comma = names.find(", ");
      keys.push_back((prefix.empty() ? "" : prefix + '.') + names.substr(0, comma));
      if (comma == std::string::npos) break;
    }
    return keys;
  }
  return {};
}

void collect(const std::string& prefix, std::set<std::string>& out) {
  const auto keys = keys_below(prefix);
  if (keys.empty()) out.insert(prefix);
  // What is below `brokers` are names, of any broker.
  for (const std::string& key : keys) collect(key == "brokers" ? "brokers.mock" : key, out);
}

TEST(EveryKey, ThatTheParserKnowsHasARowHere) {
  std::set<std::string> known;
  collect("", known);
  EXPECT_GT(known.size(), 50U);
  std::set<std::string> tested;
  for (const auto& [key, row] : rows()) tested.insert(key);
  for (const std::string& key : known) EXPECT_TRUE(tested.contains(key)) << key << " is known and has no row";
  for (const std::string& key : tested) EXPECT_TRUE(known.contains(key)) << key << " has a row and is not known";
}

TEST(EveryKey, ChangesTheConfiguration) {
  for (const auto& [key, row] : rows()) {
    if (key == "server.tls.port" || key.ends_with(".login.deadline") || key.ends_with(".login.on_failure")) continue;
    const std::size_t dot = key.rfind('.');
    const std::string without = dot == std::string::npos ? "" : text_of(key.substr(0, dot), "{}");
    const std::string beside = std::string("\n") + row.beside + '\n';
    const Loaded given = load_text(text_of(key, row.value) + beside, "g.yaml", "/etc/gw");
    const Loaded absent = load_text(without + beside, "g.yaml", "/etc/gw");
    for (const Problem& p : given.problems) ADD_FAILURE() << p.text();
    for (const Problem& p : absent.problems) ADD_FAILURE() << p.text();
    EXPECT_FALSE(given.config == absent.config) << key << ": " << row.value << " changes nothing";
  }
}

TEST(EveryKey, OfTheTlsPortToo) {
  const Loaded given = load_text("server: {tls: {port: 1, certificate: /c, key: /k}}", "g.yaml", "/etc/gw");
  EXPECT_TRUE(given.problems.empty());
  EXPECT_EQ(given.config.server.tls.port, 1);
}

TEST(EveryKey, OfTheLoginThatNeedsItsTimeToo) {
  const Loaded given =
      load_text("brokers: {mock: {login: {at: '08:45', deadline: '09:10', on_failure: 'true'}}}", "g.yaml", "/etc/gw");
  EXPECT_TRUE(given.problems.empty());
  EXPECT_EQ(given.config.brokers.at(0).login.deadline, 550);
  EXPECT_EQ(given.config.brokers.at(0).login.on_failure, "true");
}

}  // namespace
}  // namespace gw::config
