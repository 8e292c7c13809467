#include "core/config/load.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/networks.hpp"
#include "core/base/origin_form.hpp"
#include "core/base/outgoing.hpp"
#include "core/base/text.hpp"
#include "core/base/url.hpp"
#include "core/config/calendar_file.hpp"
#include "core/config/document.hpp"
#include "core/config/reader.hpp"
#include "core/config/settings.hpp"
#include "core/config/units.hpp"

namespace gw::config {
namespace {

constexpr std::size_t kMaxBrokers = 256;
using calendar::kMinutesOfDay;

bool is_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  return !name.empty() && name.size() <= kLongest && name[0] >= 'a' && name[0] <= 'z' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
}

bool is_instrument(const std::string& text) {
  const std::size_t dot = text.rfind('.');
  return dot != std::string::npos && dot != 0 && dot + 1 != text.size();
}

void read_tls(Context& c, const YAML::Node& node, const std::string& prefix, Tls& t) {
  MappingReader r(c, node, prefix);
  r.integer("port", t.port, 0, 65535);
  r.path("certificate", t.certificate);
  r.path("key", t.key);
  t.certificate_line = r.line_at("certificate");
  t.key_line = r.line_at("key");
  if (t.port == 0) return;
  constexpr const char* kExpected = "the path of a PEM file, because tls.port is set";
  if (t.certificate.empty()) r.wrong("certificate", "nothing", kExpected);
  if (t.key.empty()) r.wrong("key", "nothing", kExpected);
}

// A name, an address, or a list of them; an IPv6 address also in brackets, as URLs have it.
void read_hosts(MappingReader& r, Server& s) {
  constexpr const char* kExpected = "an address, like 127.0.0.1, or a list of them";
  std::vector<std::string> hosts;
  r.text_or_texts("host", hosts);
  if (hosts.empty()) return;
  s.host.clear();
  for (std::string& host : hosts) {
    host = normal_host_name(host);
    if (host.empty() || host.find_first_of("[]/ @?#") != std::string::npos)
      r.wrong("host", host, kExpected);
    else if (std::find(s.host.begin(), s.host.end(), host) != s.host.end())
      r.wrong("host", host + " twice", "each address once");
    else
      s.host.push_back(std::move(host));
  }
}

void read_names(MappingReader& r, Server& s) {
  std::vector<std::string> names;
  r.texts("names", names);
  for (const std::string& name : names) {
    const bool has_brackets = name.size() > 2 && name.front() == '[' && name.back() == ']';
    if (std::string expected = expected_host_name(has_brackets ? name.substr(1, name.size() - 2) : name);
        !expected.empty())
      r.wrong("names", name, std::move(expected));
    else
      s.names.push_back(normal_host_name(name));
  }
}

void read_proxies(MappingReader& r, Server& s) {
  std::vector<std::string> texts;
  r.texts("trusted_proxies", texts);
  for (const std::string& text : texts) {
    const auto network = parse_network(text);
    if (!network)
      r.wrong("trusted_proxies", text, "an address or a network, like 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32");
    else if (text.find('/') != std::string::npos && parse_ip(text.substr(0, text.find('/'))) != network->first)
      r.wrong("trusted_proxies", text, text_of(*network) + ", or one address without a slash");
    else
      s.trusted_proxies.push_back(*network);
  }
}

void read_server(Context& c, const YAML::Node& node, const std::string& prefix, Server& s) {
  MappingReader r(c, node, prefix);
  read_hosts(r, s);
  r.integer("port", s.port, 0, 65535);
  r.choice("port_in_use", s.port_in_use, {"next_free", "fail"});
  r.integer("threads", s.threads, 0, 256);
  r.duration("ping_interval", s.ping_interval, 10ms);
  r.duration("ping_timeout", s.ping_timeout, 10ms);
  r.duration("authentication_timeout", s.authentication_timeout, 10ms);
  r.boolean("allow_plain", s.allow_plain);
  r.texts("allowed_origins", s.allowed_origins);
  for (const std::string& origin : s.allowed_origins)
    if (std::string expected = expected_origin(origin); !expected.empty())
      r.wrong("allowed_origins", origin, std::move(expected));
  read_names(r, s);
  read_proxies(r, s);
  r.mapping("compression", [&](const YAML::Node& n, const std::string& p) {
    MappingReader compression(c, n, p);
    compression.boolean("enabled", s.compression.enabled);
    compression.size("threshold", s.compression.threshold, 0);
  });
  r.mapping("tls", [&](const YAML::Node& n, const std::string& p) { read_tls(c, n, p, s.tls); });
  for (const std::string& host : s.host)
    if (!is_loopback(host) && s.tls.port == 0 && !s.allow_plain)
      r.wrong("host", host, "127.0.0.1, or tls.port, or allow_plain: true (without TLS, keys would travel in clear)");
}

void read_limits(Context& c, const YAML::Node& node, const std::string& prefix, Limits& l) {
  constexpr std::int64_t kMax = 1'000'000'000;
  MappingReader r(c, node, prefix);
  r.integer("connections", l.connections, 1, kMax);
  r.integer("connections_per_address", l.connections_per_address, 1, kMax);
  r.integer("connections_per_key", l.connections_per_key, 1, kMax);
  r.integer("unauthenticated_connections", l.unauthenticated_connections, 1, kMax);
  r.integer("requests_per_second", l.requests_per_second, 1, kMax);
  r.integer("request_burst", l.request_burst, 1, kMax);
  r.integer("subscriptions_per_client", l.subscriptions_per_client, 1, kMax);
  r.integer("symbols_per_request", l.symbols_per_request, 1, kMax);
  r.size("header_size", l.header_size, 1024);
  if (l.header_size > kMiB) r.wrong("header_size", std::to_string(l.header_size) + "B", "at most 1MiB");
  r.size("message_size", l.message_size, 1024);
  r.size("output_per_client", l.output_per_client, 64 * kKiB);
  r.size("output_total", l.output_total, kMiB);
  r.size("resume_memory", l.resume_memory, 0);
  r.duration("resume_time", l.resume_time, 0s);
  r.duration("slow_client_close", l.slow_client_close, 10ms);
}

void read_zeromq(Context& c, const YAML::Node& node, const std::string& prefix, ZeroMq& z) {
  MappingReader r(c, node, prefix);
  r.boolean("enabled", z.enabled);
  r.text("host", z.host);
  r.integer("port", z.port, 0, 65535);
  if (z.host.empty()) r.wrong("host", "", "an address, like 127.0.0.1");
  r.texts("symbols", z.symbols);
  r.integer("subscribers", z.subscribers, 1, 100'000);
  r.integer("topics", z.topics, 0, 1'000'000);
  for (const std::string& symbol : z.symbols)
    if (!is_instrument(symbol)) r.wrong("symbols", symbol, "SYMBOL.EXCHANGE, like RELIANCE.NSE");
}

void read_plugins(Context& c, const YAML::Node& node, const std::string& prefix, Plugins& p) {
  MappingReader r(c, node, prefix);
  r.path("directory", p.directory);
  r.texts("allow", p.allow);
  for (std::string& sum : p.allow) {
    sum = lower(sum);
    if (sum.size() != 64 || sum.find_first_not_of("0123456789abcdef") != std::string::npos)
      r.wrong("allow", sum, "the SHA-256 of a file, 64 hexadecimal digits");
  }
  r.duration("call_limit", p.call_limit, 1s);
  r.size("memory_limit", p.memory_limit, 64 * kMiB);
  r.integer("descriptor_limit", p.descriptor_limit, 64, 1'000'000);
  r.size("core_dump_limit", p.core_dump_limit, 0);
}

void read_instruments(Context& c, const YAML::Node& node, const std::string& prefix, Instruments& i) {
  MappingReader r(c, node, prefix);
  std::string at = "off";
  r.text("update", at);
  i.update = parse_time_of_day(at);
  if ((!i.update && at != "off") || i.update == kMinutesOfDay)
    r.wrong("update", at, "a time of the exchanges' day, like 08:45, or off");
  r.choice("expired", i.expired, {"refuse", "serve"});
}

void read_log(Context& c, const YAML::Node& node, const std::string& prefix, Log& l) {
  MappingReader r(c, node, prefix);
  r.choice("level", l.level, {"debug", "info", "warning", "error"});
  r.choice("format", l.format, {"text", "json"});
  r.path("file", l.file);
  r.mapping("rotate", [&](const YAML::Node& n, const std::string& p) {
    constexpr std::uint64_t kMinSize = 4 * kKiB;
    MappingReader rotate(c, n, p);
    rotate.size("size", l.rotate.size, 0);
    rotate.boolean("daily", l.rotate.daily);
    rotate.integer("keep", l.rotate.keep, 1, 1000);
    if (l.rotate.size != 0 && l.rotate.size < kMinSize)
      rotate.wrong("size", std::to_string(l.rotate.size) + "B", "at least 4KiB, or 0B for any size");
  });
}

// Whether it is an address of a server of this machine, with a port, and no query.
bool is_redirect(const std::string& url) {
  const std::string_view authority = authority_of(url);
  const std::size_t colon = authority.rfind(':');
  return url.starts_with("http://") && check_url(url, "http") && colon != authority.npos &&
         authority.find(']', colon) == authority.npos && parse_integer(authority.substr(colon + 1)).value_or(0) > 0 &&
         parse_integer(authority.substr(colon + 1)).value_or(0) <= 65535 && url.find_first_of("?#") == url.npos;
}

std::optional<int> read_time(MappingReader& r, const char* key, bool& is_given) {
  std::string text;
  r.text(key, text);
  is_given = !text.empty();
  if (!is_given) return std::nullopt;
  const auto time = parse_time_of_day(text);
  if (time && time != kMinutesOfDay) return time;
  r.wrong(key, text, "a time of this machine's day, like \"08:45\"");
  return std::nullopt;
}

void read_login(Context& c, const YAML::Node& node, const std::string& prefix, Login& l) {
  MappingReader r(c, node, prefix);
  l.line = line_of(node);
  r.text("redirect", l.redirect);
  if (!l.redirect.empty() && !is_redirect(l.redirect))
    r.wrong("redirect", without_secrets(l.redirect),
            "http:// to this machine, with a port, like http://127.0.0.1:5000/login");
  bool has_at = false;
  bool has_deadline = false;
  l.at = read_time(r, "at", has_at);
  l.deadline = read_time(r, "deadline", has_deadline);
  r.text("on_failure", l.on_failure);
  constexpr const char* kAt = "login.at too: without it the gateway never logs in by itself";
  if (l.at && l.deadline && *l.deadline <= *l.at)
    r.wrong("deadline", "a time that is not later than at", "a later time of the same day");
  if (has_at) return;
  if (has_deadline) r.wrong("deadline", "it without at", kAt);
  if (!l.on_failure.empty()) r.wrong("on_failure", "it without at", kAt);
}

void read_restart(Context& c, const YAML::Node& node, const std::string& prefix, Restart& restart) {
  MappingReader r(c, node, prefix);
  r.duration("first", restart.first, 1ms);
  r.duration("max", restart.max, 1ms);
  if (restart.max < restart.first) r.wrong("max", "less than first", "a duration of at least first");
  r.mapping("breaker", [&](const YAML::Node& n, const std::string& p) {
    MappingReader breaker(c, n, p);
    breaker.integer("deaths", restart.breaker.deaths, 0, 1'000);
    breaker.duration("within", restart.breaker.within, 1s);
  });
}

void read_broker(Context& c, const YAML::Node& node, const std::string& prefix, Broker& b) {
  MappingReader r(c, node, prefix);
  b.plugin = b.name;
  r.boolean("enabled", b.enabled);
  r.text("plugin", b.plugin);
  if (b.plugin.empty()) r.wrong("plugin", "", "a plugin's name");
  r.choice("isolation", b.isolation, {"inproc", "process"});
  r.mapping("restart", [&](const YAML::Node& n, const std::string& p) { read_restart(c, n, p, b.restart); });
  r.duration("stall_limit", b.stall_limit, 10ms);
  r.duration("lag_limit", b.lag_limit, 10ms);
  r.duration("first_tick_limit", b.first_tick_limit, 10ms);
  r.texts("canary", b.canary);
  std::set<std::string> watched;
  for (const std::string& symbol : b.canary) {
    if (!is_instrument(symbol))
      r.wrong("canary", symbol, "SYMBOL.EXCHANGE, like NIFTY.NSE_INDEX");
    else if (const std::string exchange = symbol.substr(symbol.rfind('.') + 1); !watched.insert(exchange).second)
      r.wrong("canary", symbol, "one instrument of " + exchange + " at the most");
  }
  r.choice("market_hours", b.market_hours, {"calendar", "always"});
  r.choice("standby", b.standby, {"cold", "hot"});
  r.text("bind_address", b.bind_address);
  r.choice("address_family", b.address_family, {"any", "ipv4", "ipv6"});
  const auto bound = family_of(b.bind_address);
  if (!b.bind_address.empty() && !bound)
    r.wrong("bind_address", b.bind_address, "an IPv4 or IPv6 address of this machine, like 192.0.2.7");
  if (bound == AddressFamily::ipv4 && b.address_family == "ipv6")
    r.wrong("address_family", "ipv6", "any or ipv4, because bind_address is an IPv4 address");
  if (bound == AddressFamily::ipv6 && b.address_family == "ipv4")
    r.wrong("address_family", "ipv4", "any or ipv6, because bind_address is an IPv6 address");
  r.mapping("reconnect", [&](const YAML::Node& n, const std::string& p) {
    MappingReader reconnect(c, n, p);
    reconnect.duration("first", b.reconnect.first, 1ms);
    reconnect.duration("max", b.reconnect.max, 1ms);
    reconnect.integer("attempts", b.reconnect.attempts, 0, 1'000'000);
    if (b.reconnect.max < b.reconnect.first) reconnect.wrong("max", "less than first", "a duration of at least first");
  });
  r.mapping("login", [&](const YAML::Node& n, const std::string& p) { read_login(c, n, p, b.login); });
  r.mapping("settings", [&](const YAML::Node& n, const std::string& p) { read_settings(c, n, p, b.settings); });
}

void read_brokers(Context& c, const YAML::Node& node, Config& config) {
  if (node.IsNull()) return;
  if (!node.IsMap()) return c.add(line_of(node), "brokers", shown(node), "a mapping of broker names");
  std::set<std::string> names;
  for (const auto& pair : node) {
    Broker b;
    b.name = pair.first.IsScalar() ? pair.first.Scalar() : "";
    b.line = line_of(pair.first);
    if (!is_name(b.name)) {
      c.add(b.line, "brokers", shown(pair.first),
            "a name of at most 64 small letters, digits and _ that begins with a letter");
      continue;
    }
    if (!names.insert(b.name).second) c.add(b.line, "brokers." + b.name, "the key twice", "each key once");
    if (names.size() > kMaxBrokers)
      return c.add(b.line, "brokers", "more than " + std::to_string(kMaxBrokers), "fewer");
    read_broker(c, pair.second, "brokers." + b.name, b);
    config.brokers.push_back(std::move(b));
  }
}

// A file without brokers gets the broker mock. In a file with brokers, but without active_broker and without mock, the
// first enabled broker is active.
void apply_broker_defaults(const YAML::Node& active, Config& config) {
  if (config.brokers.empty()) {
    Broker mock;
    mock.name = mock.plugin = "mock";
    mock.line = 1;
    config.brokers.push_back(std::move(mock));
  }
  if (active.IsDefined()) return;
  const auto is_active = [](const Broker& b) { return b.name == "mock"; };
  if (std::any_of(config.brokers.begin(), config.brokers.end(), is_active)) return;
  const auto first =
      std::find_if(config.brokers.begin(), config.brokers.end(), [](const Broker& b) { return b.enabled; });
  config.active_broker = {first == config.brokers.end() ? config.brokers.front().name : first->name};
}

void read_active(Context& c, const YAML::Node& node, Config& config) {
  if (!node.IsDefined()) return;
  config.active_broker_line = line_of(node);
  std::vector<YAML::Node> items;
  if (node.IsScalar()) items.push_back(node);
  for (std::size_t i = 0; node.IsSequence() && i < node.size(); ++i) items.push_back(node[i]);
  if (items.empty()) return c.add(line_of(node), "active_broker", shown(node), "a broker's name, or a list of them");
  std::vector<std::string> names;
  for (const Broker& b : config.brokers) names.push_back(b.name);
  std::set<std::string> seen;
  config.active_broker.clear();
  for (const YAML::Node& item : items) {
    const std::string name = shown(item);
    if (!item.IsScalar() || std::find(names.begin(), names.end(), name) == names.end())
      c.add(line_of(item), "active_broker", name, one_of(names, name));
    else if (!seen.insert(name).second)
      c.add(line_of(item), "active_broker", name + " twice", "each broker once");
    else
      config.active_broker.push_back(name);
  }
}

void read_all(Context& c, const YAML::Node& root, Config& config) {
  MappingReader r(c, root, "");
  const auto part = [&](const char* key, auto read, auto& out) {
    r.mapping(key, [&](const YAML::Node& n, const std::string& prefix) { read(c, n, prefix, out); });
  };
  part("server", read_server, config.server);
  part("limits", read_limits, config.limits);
  r.path("database", config.database);
  if (config.database.empty()) r.wrong("database", "", "a path");
  if (config.database.ends_with(".sock"))
    r.wrong("database", config.database, "a path that does not end in .sock: the control socket beside it does");
  part("plugins", read_plugins, config.plugins);
  part("instruments", read_instruments, config.instruments);
  part("zeromq", read_zeromq, config.zeromq);
  part("log", read_log, config.log);
  r.boolean("mix_brokers", config.mix_brokers);
  r.boolean("allow_simulated", config.allow_simulated);
  const YAML::Node active = r.any("active_broker");
  const YAML::Node brokers = r.any("brokers");
  if (brokers.IsDefined()) read_brokers(c, brokers, config);
  apply_broker_defaults(active, config);
  read_active(c, active, config);
}

}  // namespace

std::string Problem::text() const {
  return file + ':' + std::to_string(line) + ": " + key + ": found " + found + ", expected " + expected;
}

Loaded load_text(std::string_view text, const std::string& file, const std::filesystem::path& folder) {
  Loaded loaded;
  loaded.file = file;
  Context c{file, folder, loaded.problems};
  c.lines = &loaded.lines;
  loaded.config.database = c.absolute(loaded.config.database);
  read_document(c, text, [&](const YAML::Node& root) { read_all(c, root, loaded.config); });
  return loaded;
}

Loaded load_file(const std::filesystem::path& path) {
  Loaded loaded;
  loaded.file = path.string();
  std::error_code ec;
  Context c{loaded.file, std::filesystem::absolute(path, ec).parent_path(), loaded.problems};
  const auto text = read_bytes(c, path);
  return text ? load_text(*text, c.file, c.folder) : loaded;
}

Loaded load(const Located& where) {
  Loaded loaded =
      where.path.empty() ? load_text(shipped_config(), "(built-in gateway.yaml)", where.folder) : load_file(where.path);
  loaded.is_built_in = where.path.empty();
  LoadedCalendar calendar = load_calendar(where);
  loaded.calendar = std::move(calendar.calendar);
  for (Problem& problem : calendar.problems) loaded.problems.push_back(std::move(problem));
  return loaded;
}

}  // namespace gw::config
