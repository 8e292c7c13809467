#include "core/config/load.hpp"

#include <fstream>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/config/support.hpp"

namespace gw::config {
namespace {

using testing::ElementsAre;

Loaded load(std::string_view text) { return load_text(text, "g.yaml", "/etc/gw"); }

std::vector<std::string> problems_of(std::string_view text) {
  std::vector<std::string> out;
  for (const Problem& p : load(text).problems) out.push_back(p.text());
  return out;
}

struct Bad {
  const char* text;
  const char* problem;
};

class BadFiles : public testing::TestWithParam<Bad> {};

TEST_P(BadFiles, HaveExactlyOneProblemWithItsLine) {
  EXPECT_THAT(problems_of(GetParam().text), ElementsAre(GetParam().problem)) << GetParam().text;
}

INSTANTIATE_TEST_SUITE_P(
    Values, BadFiles,
    testing::Values(
        Bad{"server:\n  port: 70000\n", "g.yaml:2: server.port: found 70000, expected a whole number from 0 to 65535"},
        Bad{"server: {port: -1}", "g.yaml:1: server.port: found -1, expected a whole number from 0 to 65535"},
        Bad{"server:\n  port: many\n", "g.yaml:2: server.port: found many, expected a whole number from 0 to 65535"},
        Bad{"server:\n  port: [1]\n", "g.yaml:2: server.port: found a list, expected a whole number from 0 to 65535"},
        Bad{"server:\n  port: 8765.5\n",
            "g.yaml:2: server.port: found 8765.5, expected a whole number from 0 to 65535"},
        Bad{"server:\n  port:\n", "g.yaml:2: server.port: found nothing, expected a whole number from 0 to 65535"},
        Bad{"server: {threads: 257}", "g.yaml:1: server.threads: found 257, expected a whole number from 0 to 256"},
        Bad{"server:\n\n  ping_interval: 30\n",
            "g.yaml:3: server.ping_interval: found 30, expected a duration with its unit, like "
            "500ms, 30s, 15m or 24h"},
        Bad{"server: {ping_interval: 0s}",
            "g.yaml:1: server.ping_interval: found 0s, expected a duration of at least 10ms"},
        Bad{"server: {ping_timeout: 9000h}",
            "g.yaml:1: server.ping_timeout: found 9000h, expected a duration of at most 8784h"},
        Bad{"limits: {message_size: 1048576}",
            "g.yaml:1: limits.message_size: found 1048576, expected a size with its unit, like "
            "512B, 256KiB, 1MiB or 1GiB"},
        Bad{"limits: {message_size: 1MB}",
            "g.yaml:1: limits.message_size: found 1MB, expected a size with its unit, like 512B, "
            "256KiB, 1MiB or 1GiB"},
        Bad{"limits: {header_size: 2MiB}", "g.yaml:1: limits.header_size: found 2097152B, expected at most 1MiB"},
        Bad{"limits: {message_size: 12B}",
            "g.yaml:1: limits.message_size: found 12B, expected a size of at least 1024B"},
        Bad{"limits: {connections: 0}",
            "g.yaml:1: limits.connections: found 0, expected a whole number from 1 to 1000000000"},
        Bad{"server: {allow_plain: yes}", "g.yaml:1: server.allow_plain: found yes, expected true or false"},
        Bad{"server: {port_in_use: next_fre}",
            "g.yaml:1: server.port_in_use: found next_fre, expected next_free or fail (did you "
            "mean 'next_free'?)"},
        Bad{"server: {allowed_origins: a}", "g.yaml:1: server.allowed_origins: found a, expected a list, like [a, b]"},
        Bad{"server: {host: ''}",
            "g.yaml:1: server.host: found \"\", expected an address, like 127.0.0.1, or a list of them"},
        Bad{"log: {rotate: {size: 1KiB}}",
            "g.yaml:1: log.rotate.size: found 1024B, expected at least 4KiB, or 0B for any size"},
        Bad{"log: {rotate: {keep: 0}}", "g.yaml:1: log.rotate.keep: found 0, expected a whole number from 1 to 1000"},
        Bad{"log: {level: loud}", "g.yaml:1: log.level: found loud, expected debug or info or warning or error"},
        Bad{"instruments:\n  update: 8:45\n",
            "g.yaml:2: instruments.update: found 8:45, expected a time of the exchanges' day, like 08:45, or off"},
        Bad{"brokers: {a: {bind_address: eth0}}",
            "g.yaml:1: brokers.a.bind_address: found eth0, expected an IPv4 or IPv6 address of this machine, like "
            "192.0.2.7"},
        Bad{"brokers: {a: {bind_address: 2001:db8::7, address_family: ipv4}}",
            "g.yaml:1: brokers.a.address_family: found ipv4, expected any or ipv6, because bind_address is an IPv6 "
            "address"},
        Bad{"allow_simulated: yess", "g.yaml:1: allow_simulated: found yess, expected true or false"},
        Bad{"instruments: {update: \"24:00\"}",
            "g.yaml:1: instruments.update: found 24:00, expected a time of the exchanges' day, like 08:45, or off"},
        Bad{"zeromq: {symbols: [RELIANCE.NSE,\n RELIANCE]}",
            "g.yaml:1: zeromq.symbols: found RELIANCE, expected SYMBOL.EXCHANGE, like "
            "RELIANCE.NSE"},
        Bad{"plugins: {allow: [12ab]}",
            "g.yaml:1: plugins.allow: found 12ab, expected the SHA-256 of a file, 64 hexadecimal "
            "digits"},
        Bad{"database: ${env:DATABASE}",
            "g.yaml:1: database: found ${env:DATABASE}, expected a path itself: ${...} works "
            "only in the settings of a broker"},
        Bad{"server: [1, 2]", "g.yaml:1: server: found a list, expected a mapping of keys to values"}));

INSTANTIATE_TEST_SUITE_P(
    Safety, BadFiles,
    testing::Values(Bad{"server:\n  port: 1\n  host: 0.0.0.0\n",
                        "g.yaml:3: server.host: found 0.0.0.0, expected 127.0.0.1, or tls.port, or "
                        "allow_plain: true (without TLS, keys would travel in clear)"},
                    Bad{"server: {host: 127.example.com}",
                        "g.yaml:1: server.host: found 127.example.com, expected 127.0.0.1, or tls.port, or "
                        "allow_plain: true (without TLS, keys would travel in clear)"},
                    Bad{"server: {tls: {port: 443, certificate: a.pem}}",
                        "g.yaml:1: server.tls.key: found nothing, expected the path of a PEM file, because "
                        "tls.port is set"},
                    Bad{"brokers:\n  mock:\n    settings:\n      access_token: hunter2\n",
                        "g.yaml:4: brokers.mock.settings.access_token: found a secret as plain text, expected "
                        "${env:NAME}, ${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {pin: 1234}}}",
                        "g.yaml:1: brokers.mock.settings.pin: found a secret as plain text, expected "
                        "${env:NAME}, ${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {totp_secret: '${hunter2}'}}}",
                        "g.yaml:1: brokers.mock.settings.totp_secret: found a malformed reference, expected "
                        "${env:NAME}, ${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {api_key: '${environment:X}'}}}",
                        "g.yaml:1: brokers.mock.settings.api_key: found ${environment:X}, expected "
                        "${env:NAME}, ${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {api_key: '${env:A B}'}}}",
                        "g.yaml:1: brokers.mock.settings.api_key: found ${env:A B}, expected ${env:NAME}, "
                        "${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {api_key: 'x${env:X}'}}}",
                        "g.yaml:1: brokers.mock.settings.api_key: found x${env:X}, expected ${env:NAME}, "
                        "${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {api_key: '${credential:../x}'}}}",
                        "g.yaml:1: brokers.mock.settings.api_key: found ${credential:../x}, expected ${env:NAME}, "
                        "${file:PATH} or ${credential:NAME}"},
                    Bad{"brokers: {mock: {settings: {api_key: '${env:X'}}}",
                        "g.yaml:1: brokers.mock.settings.api_key: found ${env:X, expected ${env:NAME}, "
                        "${file:PATH} or ${credential:NAME}"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, BadFiles,
    testing::Values(
        Bad{"servr: {port: 1}",
            "g.yaml:1: servr: found an unknown key, expected one of server, limits, database, "
            "plugins, instruments, zeromq, log, mix_brokers, allow_simulated, active_broker, brokers (did "
            "you mean 'server'?)"},
        Bad{"log:\n  levle: info\n",
            "g.yaml:2: log.levle: found an unknown key, expected one of level, format, file, rotate (did "
            "you mean 'level'?)"},
        Bad{"log:\n  level: info\n  level: debug\n",
            "g.yaml:3: log.level: found the key twice, expected each key once"},
        Bad{"brokers:\n  mock: {}\n  mock: {}\n",
            "g.yaml:3: brokers.mock: found the key twice, expected each key once"},
        Bad{"brokers: {mock: {settings: {\nseed: 1,\nseed: 2}}}",
            "g.yaml:3: brokers.mock.settings.seed: found the key twice, expected each key once"},
        Bad{"brokers: {mock: {}, Angel: {}}",
            "g.yaml:1: brokers: found Angel, expected a name of at most 64 small letters, digits "
            "and _ that begins with a letter"},
        Bad{"brokers: [mock]", "g.yaml:1: brokers: found a list, expected a mapping of broker names"},
        Bad{"active_broker: mok\nbrokers: {mock: {}, other: {}}\n",
            "g.yaml:1: active_broker: found mok, expected one of mock, other (did you mean "
            "'mock'?)"},
        Bad{"active_broker: other", "g.yaml:1: active_broker: found other, expected one of mock"},
        Bad{"active_broker: []",
            "g.yaml:1: active_broker: found an empty list, expected a broker's name, or a list of "
            "them"},
        Bad{"active_broker: [mock,\n  mock]", "g.yaml:2: active_broker: found mock twice, expected each broker once"},
        Bad{"brokers: {mock: {isolation: thread}}",
            "g.yaml:1: brokers.mock.isolation: found thread, expected inproc or process"},
        Bad{"brokers: {mock: {restart: {first: 5s, max: 1s}}}",
            "g.yaml:1: brokers.mock.restart.max: found less than first, expected a duration of at least first"},
        Bad{"brokers: {mock: {plugin: ''}}", "g.yaml:1: brokers.mock.plugin: found \"\", expected a plugin's name"},
        Bad{"brokers: {mock: {reconnect: {first: 5s, max: 1s}}}",
            "g.yaml:1: brokers.mock.reconnect.max: found less than first, expected a duration of "
            "at least first"},
        Bad{"brokers: {mock: {reconnect: {attempts: -1}}}",
            "g.yaml:1: brokers.mock.reconnect.attempts: found -1, expected a whole number from 0 "
            "to 1000000"},
        Bad{"brokers: {mock: {settings: {depth_levels: {a: 1}}}}",
            "g.yaml:1: brokers.mock.settings.depth_levels: found a mapping, expected a value, or "
            "a list of values"}));

INSTANTIATE_TEST_SUITE_P(
    Yaml, BadFiles,
    testing::Values(Bad{"server:\n  port: [1\n",
                        "g.yaml:3: gateway.yaml: found broken YAML (end of sequence flow not found), expected "
                        "YAML"},
                    Bad{"log: {level: info}\n---\nlog: {}\n",
                        "g.yaml:2: gateway.yaml: found a second document (---), expected one"},
                    Bad{"a: &x 1\nb: *x\n",
                        "g.yaml:1: gateway.yaml: found an anchor or alias (& or *), expected the value "
                        "itself; a text that begins with & or * needs quotes"},
                    Bad{"just words",
                        "g.yaml:1: gateway.yaml: found just words, expected a mapping of keys to values"}));

TEST(Load, ReportsAllProblemsInOrderOfTheirLines) {
  EXPECT_THAT(problems_of("active_broker: zerodha\n"
                          "server:\n"
                          "  port: x\n"
                          "  allow_plan: true\n"
                          "limits: {connections: 0}\n"),
              ElementsAre("g.yaml:1: active_broker: found zerodha, expected one of mock",
                          "g.yaml:3: server.port: found x, expected a whole number from 0 to 65535",
                          testing::HasSubstr("g.yaml:4: server.allow_plan: found an unknown key"),
                          "g.yaml:5: limits.connections: found 0, expected a whole number from 1 to 1000000000"));
}

TEST(Load, KeepsAProblemOnOneLine) {
  const auto found = problems_of("server: {port_in_use: \"a\\nb\\e[31m\"}");
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0], "g.yaml:1: server.port_in_use: found a?b?[31m, expected next_free or fail");
}

TEST(Load, NeverShowsASecret) {
  for (const Problem& p : load("brokers: {mock: {settings: {access_token: hunter2, pin: [hunter2], "
                               "api_secret: '${hunter2}', feed_token: {hunter2: 1}}}}")
                              .problems)
    EXPECT_EQ(p.text().find("hunter2"), std::string::npos) << p.text();
}

TEST(Load, TakesAnEmptyFileAsAllDefaultsWithAMockBroker) {
  for (const char* text : {"", "\n", "# nothing\n", "server:\nlimits:\nbrokers:\n"}) {
    const Loaded loaded = load(text);
    ASSERT_TRUE(loaded.problems.empty()) << loaded.problems[0].text();
    const Config& c = loaded.config;
    EXPECT_THAT(c.server.host, ElementsAre("127.0.0.1"));
    EXPECT_EQ(c.server.port, 8765);
    EXPECT_EQ(c.limits.request_burst, 20'000);
    EXPECT_EQ(c.database, "/etc/gw/state/gateway.db");
    EXPECT_THAT(c.active_broker, ElementsAre("mock"));
    ASSERT_EQ(c.brokers.size(), 1U);
    EXPECT_EQ(c.brokers[0].name, "mock");
    EXPECT_EQ(c.brokers[0].plugin, "mock");
    EXPECT_TRUE(c.brokers[0].enabled);
    EXPECT_EQ(c.brokers[0].reconnect.attempts, 10);
  }
}

TEST(Load, MakesTheFirstEnabledBrokerActiveWhereNoneIsSaidAndThereIsNoMock) {
  const Loaded loaded = load("brokers: {a: {enabled: false}, b: {}, c: {}}");
  EXPECT_TRUE(loaded.problems.empty());
  EXPECT_THAT(loaded.config.active_broker, ElementsAre("b"));
}

TEST(Load, ReadsEveryKeyOfTheServer) {
  const Loaded loaded = load(R"(server:
  host: 0.0.0.0
  port: 0
  port_in_use: fail
  threads: 4
  ping_interval: 1m
  ping_timeout: 500ms
  authentication_timeout: 1.5s
  allow_plain: true
  allowed_origins: ["https://a.example", "https://b.example"]
  compression: {enabled: false, threshold: 512B}
  tls: {port: 8766, certificate: tls/a.pem, key: /k.pem}
)");
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems[0].text();
  const Server& s = loaded.config.server;
  EXPECT_THAT(s.host, ElementsAre("0.0.0.0"));
  EXPECT_EQ(s.port, 0);
  EXPECT_EQ(s.port_in_use, "fail");
  EXPECT_EQ(s.threads, 4);
  EXPECT_EQ(s.ping_interval, 60s);
  EXPECT_EQ(s.ping_timeout, 500ms);
  EXPECT_EQ(s.authentication_timeout, 1500ms);
  EXPECT_TRUE(s.allow_plain);
  EXPECT_THAT(s.allowed_origins, ElementsAre("https://a.example", "https://b.example"));
  EXPECT_FALSE(s.compression.enabled);
  EXPECT_EQ(s.compression.threshold, 512U);
  EXPECT_EQ(s.tls.port, 8766);
  EXPECT_EQ(s.tls.certificate, "/etc/gw/tls/a.pem");
  EXPECT_EQ(s.tls.key, "/k.pem");
}

TEST(Load, ReadsEveryLimit) {
  const Loaded loaded = load(R"(limits:
  connections: 1
  connections_per_address: 2
  connections_per_key: 3
  unauthenticated_connections: 4
  requests_per_second: 5
  request_burst: 6
  subscriptions_per_client: 7
  symbols_per_request: 8
  header_size: 4KiB
  message_size: 2KiB
  output_per_client: 256KiB
  output_total: 2GiB
  resume_memory: 0B
  resume_time: 0s
  slow_client_close: 24h
)");
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems[0].text();
  const Limits& l = loaded.config.limits;
  EXPECT_EQ(l.connections, 1);
  EXPECT_EQ(l.connections_per_address, 2);
  EXPECT_EQ(l.connections_per_key, 3);
  EXPECT_EQ(l.unauthenticated_connections, 4);
  EXPECT_EQ(l.requests_per_second, 5);
  EXPECT_EQ(l.request_burst, 6);
  EXPECT_EQ(l.subscriptions_per_client, 7);
  EXPECT_EQ(l.symbols_per_request, 8);
  EXPECT_EQ(l.header_size, 4 * kKiB);
  EXPECT_EQ(l.message_size, 2 * kKiB);
  EXPECT_EQ(l.output_per_client, 256 * kKiB);
  EXPECT_EQ(l.output_total, 2 * kGiB);
  EXPECT_EQ(l.resume_memory, 0U);
  EXPECT_EQ(l.resume_time, 0s);
  EXPECT_EQ(l.slow_client_close, 24h);
}

TEST(Load, ReadsEveryKeyOfABrokerAndTheRest) {
  const Loaded loaded = load(R"(database: /var/db
plugins: {directory: ../p, allow: []}
instruments: {update: 08:45}
allow_simulated: true
zeromq: {enabled: false, host: 127.0.0.2, port: 0, symbols: []}
log: {level: debug, format: json, file: log/g.log}
active_broker: [two, one]
brokers:
  one:
    enabled: false
    plugin: x
    isolation: inproc
    stall_limit: 6.5s
    lag_limit: 1s
    first_tick_limit: 2m
    canary: [NIFTY.NSE_INDEX, M.M.NSE]
    market_hours: always
    standby: hot
    bind_address: 192.0.2.7
    address_family: ipv4
    reconnect: {first: 1s, max: 2s, attempts: 0}
    settings:
      api_key: plain
      access_token: ${file:state/t}
      jwt_token: "${env:JWT}"
      depth_levels: [5, 20]
  two:
)");
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems[0].text();
  const Config& c = loaded.config;
  EXPECT_EQ(c.database, "/var/db");
  EXPECT_EQ(c.plugins.directory, "/etc/p");
  EXPECT_EQ(c.instruments.update, 8 * 60 + 45);
  EXPECT_TRUE(c.allow_simulated);
  EXPECT_FALSE(c.zeromq.enabled);
  EXPECT_EQ(c.zeromq.host, "127.0.0.2");
  EXPECT_EQ(c.zeromq.port, 0);
  EXPECT_TRUE(c.zeromq.symbols.empty());
  EXPECT_EQ(c.log.level, "debug");
  EXPECT_EQ(c.log.format, "json");
  EXPECT_EQ(c.log.file, "/etc/gw/log/g.log");
  EXPECT_THAT(c.active_broker, ElementsAre("two", "one"));
  ASSERT_EQ(c.brokers.size(), 2U);
  const Broker& b = c.brokers[0];
  EXPECT_EQ(b.line, 9);
  EXPECT_FALSE(b.enabled);
  EXPECT_EQ(b.plugin, "x");
  EXPECT_EQ(b.stall_limit, 6500ms);
  EXPECT_EQ(b.lag_limit, 1s);
  EXPECT_EQ(b.first_tick_limit, 2min);
  EXPECT_THAT(b.canary, ElementsAre("NIFTY.NSE_INDEX", "M.M.NSE"));
  EXPECT_EQ(b.market_hours, "always");
  EXPECT_EQ(b.standby, "hot");
  EXPECT_EQ(b.bind_address, "192.0.2.7");
  EXPECT_EQ(b.address_family, "ipv4");
  EXPECT_EQ(b.reconnect.first, 1s);
  EXPECT_EQ(b.reconnect.max, 2s);
  EXPECT_EQ(b.reconnect.attempts, 0);
  EXPECT_EQ(c.brokers[1].plugin, "two");
  EXPECT_EQ(c.brokers[1].stall_limit, std::nullopt);
  EXPECT_EQ(c.brokers[1].first_tick_limit, 60s);
  EXPECT_TRUE(c.brokers[1].canary.empty());
}

TEST(Load, KeepsSettingsAsWrittenWithTheirLines) {
  const Loaded loaded = load(
      "brokers:\n  mock:\n    settings:\n      a: plain\n      b: ${file:state/t}\n"
      "      c: ${env:JWT}\n      d: [5, 20]\n");
  ASSERT_TRUE(loaded.problems.empty()) << loaded.problems[0].text();
  const std::vector<Setting>& s = loaded.config.brokers.at(0).settings;
  ASSERT_EQ(s.size(), 4U);
  EXPECT_EQ(s[0].values.at(0).source, Value::Source::literal);
  EXPECT_EQ(s[0].values.at(0).text, "plain");
  EXPECT_EQ(s[1].values.at(0).source, Value::Source::file);
  EXPECT_EQ(s[1].values.at(0).text, "/etc/gw/state/t");
  EXPECT_EQ(s[1].line, 5);
  EXPECT_EQ(s[2].values.at(0).source, Value::Source::environment);
  EXPECT_EQ(s[2].values.at(0).text, "JWT");
  EXPECT_TRUE(s[3].is_list);
  ASSERT_EQ(s[3].values.size(), 2U);
  EXPECT_EQ(s[3].values[1].text, "20");
}

TEST(Load, AcceptsTheShippedFileWhichIsTheOneAtTheTop) {
  std::ifstream in(GW_SOURCE_DIR "/gateway.yaml", std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_EQ(text.str(), shipped_config());
  const Loaded loaded = load_file(GW_SOURCE_DIR "/gateway.yaml");
  for (const Problem& p : loaded.problems) ADD_FAILURE() << p.text();
  ASSERT_EQ(loaded.config.brokers.size(), 4U);
  EXPECT_EQ(loaded.config.brokers[1].reconnect.attempts, 0);
  EXPECT_EQ(loaded.config.database, GW_SOURCE_DIR "/state/gateway.db");
}

TEST(Load, GivesTheShippedFileTheSameValuesAsAnEmptyOneWhereBothSpeak) {
  const Config shipped = load(shipped_config()).config;
  const Config empty = load("").config;
  EXPECT_EQ(shipped.server.host, empty.server.host);
  EXPECT_EQ(shipped.server.port, empty.server.port);
  EXPECT_EQ(shipped.server.compression.threshold, empty.server.compression.threshold);
  EXPECT_EQ(shipped.limits.subscriptions_per_client, empty.limits.subscriptions_per_client);
  EXPECT_EQ(shipped.limits.output_total, empty.limits.output_total);
  EXPECT_EQ(shipped.limits.resume_memory, empty.limits.resume_memory);
  EXPECT_EQ(shipped.zeromq.symbols, empty.zeromq.symbols);
  EXPECT_EQ(shipped.active_broker, empty.active_broker);
  EXPECT_EQ(shipped.brokers[1].lag_limit, empty.brokers[0].lag_limit);
  EXPECT_EQ(shipped.brokers[1].first_tick_limit, empty.brokers[0].first_tick_limit);
  EXPECT_EQ(shipped.brokers[1].canary, empty.brokers[0].canary);
}

TEST(Load, DownloadsNothingByItselfUnlessToldToWhichTheShippedFileDoes) {
  EXPECT_FALSE(load("").config.instruments.update);
  EXPECT_FALSE(load("").config.allow_simulated);
  EXPECT_FALSE(load("instruments: {update: off}").config.instruments.update);
  EXPECT_EQ(load(shipped_config()).config.instruments.update, 8 * 60 + 45);
}

TEST(Load, SaysWhenAFileCannotBeRead) {
  const TemporaryFolder folder;
  const auto text_of = [](const std::filesystem::path& path) {
    const Loaded loaded = load_file(path);
    return loaded.problems.size() == 1 ? loaded.problems[0].text() : "";
  };
  EXPECT_EQ(text_of("/no/such.yaml"),
            "/no/such.yaml:1: gateway.yaml: found a file that cannot be read, expected a readable "
            "file");
  EXPECT_EQ(text_of(folder.path()), folder.path().string() +
                                        ":1: gateway.yaml: found a folder, expected a readable "
                                        "file");
  const std::string empty = folder.write("empty.yaml", "");
  EXPECT_TRUE(load_file(empty).problems.empty());
}

}  // namespace
}  // namespace gw::config
