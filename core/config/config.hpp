// gateway.yaml as plain structs: the names are the keys, the defaults stand beside them. Made by load.cpp; no code
// outside this folder sees YAML.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/networks.hpp"

namespace gw::config {

using Duration = std::chrono::nanoseconds;
using namespace std::chrono_literals;

inline constexpr std::uint64_t kKiB = 1024;
inline constexpr std::uint64_t kMiB = 1024 * kKiB;
inline constexpr std::uint64_t kGiB = 1024 * kMiB;

struct Compression {
  bool enabled = true;
  std::uint64_t threshold = kKiB;
  bool operator==(const Compression&) const = default;
};

struct Tls {
  int port = 0;  // 0: off
  std::string certificate;
  std::string key;
  int certificate_line = 0;
  int key_line = 0;
  bool operator==(const Tls&) const = default;
};

struct Server {
  std::vector<std::string> host = {"127.0.0.1"};  // names or addresses, without brackets
  int port = 8765;
  std::string port_in_use = "next_free";  // or fail
  int threads = 0;
  Duration ping_interval = 30s;
  Duration ping_timeout = 10s;
  Duration authentication_timeout = 15s;
  bool allow_plain = false;
  std::vector<std::string> allowed_origins;
  std::vector<std::string> names;  // in lower case, without brackets and the root's dot
  std::vector<Network> trusted_proxies;
  Compression compression;
  Tls tls;
  bool operator==(const Server&) const = default;
};

struct Limits {
  std::int64_t connections = 10'000;
  std::int64_t connections_per_address = 1'000;
  std::int64_t connections_per_key = 1'000;
  std::int64_t unauthenticated_connections = 500;
  std::int64_t requests_per_second = 1'000;
  std::int64_t request_burst = 20'000;
  std::int64_t subscriptions_per_client = 30'000;
  std::int64_t symbols_per_request = 5'000;
  std::uint64_t header_size = 8 * kKiB;
  std::uint64_t message_size = kMiB;
  std::uint64_t output_per_client = kMiB;
  std::uint64_t output_total = kGiB;
  std::uint64_t resume_memory = 64 * kMiB;
  Duration resume_time = 30s;
  Duration slow_client_close = 30s;
  bool operator==(const Limits&) const = default;
};

struct Plugins {
  std::string directory;  // empty: ../plugins beside the executable
  std::vector<std::string> allow;
  Duration call_limit = 10s;  // a call into a plugin that lasts longer is given up
  // Of a process of its own: bytes of data, descriptors, and bytes of a core dump.
  std::uint64_t memory_limit = kGiB;
  std::int64_t descriptor_limit = 256;
  std::uint64_t core_dump_limit = 0;  // 0: none is written
  bool operator==(const Plugins&) const = default;
};

struct Instruments {
  std::optional<int> update;       // minute of the exchanges' day at which lists are downloaded; nothing: never
  std::string expired = "refuse";  // or "serve": contracts whose last day is over
  bool operator==(const Instruments&) const = default;
};

struct ZeroMq {
  bool enabled = true;
  std::string host = "127.0.0.1";
  int port = 5555;
  std::vector<std::string> symbols = {"RELIANCE.NSE"};
  int subscribers = 100;  // connections
  int topics = 3000;      // of all subscribers, at a time
  bool operator==(const ZeroMq&) const = default;
};

// When the file of the log is rotated.
struct LogRotation {
  std::uint64_t size = 64 * kMiB;  // 0: at any size
  bool daily = true;
  int keep = 14;
  bool operator==(const LogRotation&) const = default;
};

struct Log {
  std::string level = "info";
  std::string format = "text";
  std::string file;
  LogRotation rotate;
  bool operator==(const Log&) const = default;
};

struct Reconnect {
  Duration first = 5s;
  Duration max = 60s;
  int attempts = 10;  // 0: for ever
  bool operator==(const Reconnect&) const = default;
};

// When a broker's process does not begin by itself any more: brokers.NAME.restart.breaker.
struct Breaker {
  int deaths = 5;  // so many within the time below; 0: it always begins
  Duration within = 10min;
  bool operator==(const Breaker&) const = default;
};

// When a broker's process that died begins again: brokers.NAME.restart.
struct Restart {
  Duration first = 500ms;  // the pause, which doubles
  Duration max = 60s;
  Breaker breaker;
  bool operator==(const Restart&) const = default;
};

// Where a value comes from: as written, an environment variable, a file, or a credential of systemd.
struct Value {
  enum class Source { literal, environment, file, credential };
  Source source = Source::literal;
  std::string text;  // the value, the variable's or credential's name, or the file's absolute path
  bool operator==(const Value&) const = default;
};

struct Setting {
  std::string key;
  std::vector<Value> values;  // one, or the elements of a list
  bool is_list = false;
  int line = 0;
  bool operator==(const Setting&) const = default;
};

// How the gateway logs in at a broker: brokers.NAME.login.
struct Login {
  std::string redirect;         // http:// to this machine, where the broker's page leads; empty: the answer is pasted
  std::optional<int> at;        // minute of the day by this machine's local time; nothing: only by the command
  std::optional<int> deadline;  // the same; nothing: an hour after `at`
  std::string on_failure;       // for /bin/sh; empty: none
  int line = 0;                 // 0: the file has no such key
  bool operator==(const Login&) const = default;
};

struct Broker {
  std::string name;
  bool enabled = true;
  std::string plugin;
  std::optional<Duration> stall_limit;
  Duration lag_limit = 10s;
  Duration first_tick_limit = 60s;
  std::vector<std::string> canary;  // SYMBOL.EXCHANGE, at most one of each exchange
  std::string market_hours = "calendar";
  std::string standby = "cold";
  std::string bind_address;  // of this machine; empty: the system chooses
  std::string address_family = "any";
  std::string isolation;  // "inproc" or "process"; empty: a bundled plugin inproc, any other in a process
  Restart restart;
  Reconnect reconnect;
  Login login;
  std::vector<Setting> settings;
  int line = 0;
  bool operator==(const Broker&) const = default;
};

struct Config {
  Server server;
  Limits limits;
  std::string database = "state/gateway.db";
  Plugins plugins;
  Instruments instruments;
  ZeroMq zeromq;
  Log log;
  std::vector<std::string> active_broker = {"mock"};
  int active_broker_line = 1;
  bool mix_brokers = true;
  bool allow_simulated = false;
  std::vector<Broker> brokers;
  bool operator==(const Config&) const = default;
};

}  // namespace gw::config
