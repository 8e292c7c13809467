#include "core/feed_process/messages.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

namespace gw::feed_process {
namespace {

using plugin_host::AdapterSetting;
using plugin_host::ConnectionReport;
using plugin_host::LinkReport;

static_assert(std::is_trivially_copyable_v<ConnectionReport>);

// The options that are plain numbers.
template <class Options, class F>
void each_number(Options& o, F&& act) {
  act(o.reconnect.first_ns);
  act(o.reconnect.max_ns);
  act(o.reconnect.attempts);
  act(o.reconnect.jitter);
  act(o.outgoing.family);
  act(o.stall_limit_ns);
  act(o.lag_limit_ns);
  act(o.first_tick_limit_ns);
  act(o.first_login);
}

template <class Report, class F>
void each_figure(Report& r, F&& act) {
  act(r.connects);
  act(r.logins);
  act(r.recycles);
  act(r.frames);
  act(r.frames_refused);
  act(r.bytes);
  act(r.updates);
  act(r.updates_invalid);
  act(r.updates_without_price);
  act(r.prices_impossible);
  act(r.quantities_invalid);
  act(r.times_invalid);
  act(r.conflated);
  act(r.subscriptions_refused);
  act(r.exceptions);
  act(r.late_calls);
  act(r.foreign_calls);
  act(r.recordings);
  act(r.recordings_ended);
  act(r.dropped);
  act(r.losses);
  act(r.last_frame_ns);
  act(r.last_live_ns);
  act(r.lag);
}

template <class Limits, class F>
void each_limit(Limits& l, F&& act) {
  act(l.instruments_per_connection);
  act(l.connections);
  act(l.connections_per_account);
  act(l.batch_size);
  act(l.batch_interval_ns);
  act(l.heartbeat_period_ns);
  act(l.time_resolution_ns);
}

auto putter(Packer& to) {
  return [&to](const auto& value) { to.put(value); };
}
auto taker(Unpacker& from) {
  return [&from](auto& value) { value = from.take<std::remove_reference_t<decltype(value)>>(); };
}

}  // namespace

void put_settings(Packer& to, const std::vector<AdapterSetting>& settings) {
  to.put_list(settings, [&](const AdapterSetting& s) {
    to.put_text(s.key);
    to.put_text(s.text);
    to.put_list(s.integers, [&](std::int64_t integer) { to.put(integer); });
    to.put(s.is_secret);
    to.put(s.is_missing);
    to.put(s.written_ns);
    to.put(s.is_reference);
  });
}

std::vector<AdapterSetting> take_settings(Unpacker& from) {
  return from.take_list<AdapterSetting>([&] {
    AdapterSetting s;
    s.key = from.take_text();
    s.text = from.take_text();
    s.integers = from.take_list<std::int64_t>([&] { return from.take<std::int64_t>(); });
    s.is_secret = from.take<bool>();
    s.is_missing = from.take<bool>();
    s.written_ns = from.take<std::int64_t>();
    s.is_reference = from.take<bool>();
    return s;
  });
}

std::string pack(const Setup& setup) {
  Packer to;
  to.put(Kind::prepare);
  to.put_text(setup.file);
  to.put_text(setup.broker);
  to.put(setup.level);
  to.put(setup.limits);
  to.put(setup.asks_market);
  to.put_text(setup.options.name);
  to.put_text(setup.options.outgoing.bind_address);
  to.put_text(setup.options.record_folder);
  put_settings(to, setup.options.settings);
  each_number(setup.options, putter(to));
  return to.bytes();
}

Setup unpack_setup(Unpacker& from) {
  Setup setup;
  setup.file = from.take_text();
  setup.broker = from.take_text();
  setup.level = from.take<log::Level>();
  setup.limits = from.take<Limits>();
  setup.asks_market = from.take<bool>();
  setup.options.name = from.take_text();
  setup.options.outgoing.bind_address = from.take_text();
  setup.options.record_folder = from.take_text();
  setup.options.settings = take_settings(from);
  each_number(setup.options, taker(from));
  return setup;
}

std::string pack(const Prepared& prepared) {
  Packer to;
  to.put(Kind::prepared);
  to.put_text(prepared.problem);
  to.put_list(prepared.capabilities, [&](const bgw_capability& c) { to.put(c); });
  each_limit(prepared.limits, putter(to));
  to.put_list(prepared.limits.depths, [&](const registry::Limits::Depth& d) { to.put(d); });
  to.put_list(prepared.limits.classes, [&](const registry::Limits::Class& c) {
    to.put_text(c.name);
    to.put(c.connections);
    to.put(c.instruments);
    to.put(c.modes);
    to.put_list(c.levels, [&](std::uint32_t level) { to.put(level); });
    to.put_list(c.exchanges, [&](const std::string& exchange) { to.put_text(exchange); });
  });
  to.put(prepared.stall_limit_ns);
  return to.bytes();
}

Prepared unpack_prepared(Unpacker& from) {
  Prepared prepared;
  prepared.problem = from.take_text();
  prepared.capabilities = from.take_list<bgw_capability>([&] { return from.take<bgw_capability>(); });
  each_limit(prepared.limits, taker(from));
  prepared.limits.depths =
      from.take_list<registry::Limits::Depth>([&] { return from.take<registry::Limits::Depth>(); });
  prepared.limits.classes = from.take_list<registry::Limits::Class>([&] {
    registry::Limits::Class c;
    c.name = from.take_text();
    c.connections = from.take<std::uint32_t>();
    c.instruments = from.take<std::uint32_t>();
    c.modes = from.take<std::uint32_t>();
    c.levels = from.take_list<std::uint32_t>([&] { return from.take<std::uint32_t>(); });
    c.exchanges = from.take_list<std::string>([&] { return from.take_text(); });
    return c;
  });
  prepared.stall_limit_ns = from.take<std::int64_t>();
  return prepared;
}

void put_report(Packer& to, const std::optional<LinkReport>& report) {
  to.put(report.has_value());
  if (!report) return;
  to.put_text(report->name);
  each_figure(*report, putter(to));
  to.put_list(report->connections, [&](const ConnectionReport& one) { to.put(one); });
}

std::optional<LinkReport> take_report(Unpacker& from) {
  if (!from.take<bool>()) return std::nullopt;
  LinkReport report;
  report.name = from.take_text();
  each_figure(report, taker(from));
  report.connections = from.take_list<ConnectionReport>([&] { return from.take<ConnectionReport>(); });
  return from.is_whole() ? std::optional(std::move(report)) : std::nullopt;
}

std::vector<bgw_capability> declared(const registry::Capabilities& capabilities) {
  std::vector<bgw_capability> all;
  for (const std::string& exchange : capabilities.exchanges()) {
    bgw_capability c{};
    exchange.copy(c.exchange, sizeof c.exchange - 1);
    for (const std::uint32_t mode : {BGW_MODE_LTP, BGW_MODE_QUOTE, BGW_MODE_DEPTH})
      if (capabilities.supports_mode(exchange, mode)) c.modes |= mode;
    c.feed = capabilities.feed(exchange);
    for (const std::uint16_t level : capabilities.depth_levels(exchange)) c.depths[c.depth_count++] = level;
    all.push_back(c);
  }
  return all;
}

}  // namespace gw::feed_process
