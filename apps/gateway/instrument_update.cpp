#include "apps/gateway/instrument_update.hpp"

#include <cstring>
#include <filesystem>
#include <set>
#include <span>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/environment.hpp"
#include "apps/gateway/list_download.hpp"
#include "apps/gateway/plugin_tasks/list_tasks.hpp"
#include "apps/gateway/web_address.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/log.hpp"
#include "core/base/url.hpp"
#include "core/instruments/comparison.hpp"

namespace gw::app {
bool offers_list(const plugin_host::Library& library) {
  const bgw_instruments* extension = library.instruments();
  return extension != nullptr && extension->url != nullptr && extension->parse != nullptr;
}

instruments::ImportRules import_rules(const plugin_host::Library& library) {
  const bgw_plugin_descriptor& descriptor = library.descriptor();
  instruments::ImportRules rules;
  for (const bgw_capability& can : std::span(descriptor.capabilities, descriptor.capability_count))
    rules.exchanges.emplace_back(can.exchange, strnlen(can.exchange, sizeof can.exchange));
  rules.tokens_per_exchange = (descriptor.flags & BGW_PLUGIN_TOKENS_PER_EXCHANGE) != 0;
  return rules;
}

Result<std::vector<std::string>> no_pairs(const config::Config& config, instruments::InstrumentStore& store,
                                          const std::string& plugin) {
  std::set<std::string> others;
  for (const config::Broker& broker : config.brokers)
    if (broker.enabled && broker.plugin != plugin) others.insert(broker.plugin);
  std::vector<std::string> found;
  const auto here = others.empty() ? Result(std::make_shared<const instruments::Index>()) : store.load(plugin);
  if (!here) return here.error();
  for (const std::string& other : others) {
    const auto there = store.load(other);
    if (!there) return there.error();
    for (std::string& line : instruments::different_instruments(**here, **there, other))
      found.push_back(std::move(line));
  }
  return found;
}

Result<void> check_list(const instruments::Import& import, const std::string& plugin, bool force,
                        const calendar::Calendar& calendar, instruments::InstrumentStore& store) {
  if (force) return {};
  const auto known = store.load(plugin);
  if (!known) return known.error();
  return instruments::check_complete(**known, import.rows(), instruments::Expiries(calendar, wall_ns()));
}

Result<UpdatedList> update_list(const ListUpdate& update, instruments::InstrumentStore& store) {
  const auto problems = config::check_settings(update.broker, update.config_file, setting_rules(update.library));
  if (!problems.empty()) return Error{problems.front().text()};
  const auto settings = adapter_settings(update.broker, update.library);
  if (!settings) return settings.error();
  const bgw_instruments& extension = *update.library.instruments();
  auto address = web_address(extension, *settings);
  if (!address) return address.error();
  const std::string plugin = update.library.descriptor().broker;
  const auto last = store.last_import(plugin);
  if (!last) return last.error();

  download::Request request;
  request.url = address->url;
  request.headers = std::move(address->headers);
  request.file = update.file;
  request.progress = update.downloading;
  request.outgoing = outgoing_of(update.broker);
  const std::string source = without_secrets(request.url);
  if (*last && (*last)->source == source) {
    request.etag = (*last)->list.etag;
    request.last_modified = (*last)->last_modified;
  }
  const ListCalls calls(update.library, update.process);
  const auto downloaded = download_list(calls.pages(), request, *settings);
  if (!downloaded) return Error{log::redacted(downloaded.error().message)};
  UpdatedList out;
  out.import = instruments::Import(import_rules(update.library));
  if (downloaded->not_modified) {
    const std::int64_t now = wall_ns();
    if (const auto noted = store.confirm(plugin, now, day_at(now, update.calendar.clock.offset_at(now))); !noted)
      return noted.error();
    out.unchanged_since = request.last_modified.empty() ? iso_time((*last)->imported_ns) : request.last_modified;
    return out;
  }
  if (const auto read = calls.read_file(out.import, update.file, update.reading); !read) return read.error();
  if (out.import.rows().empty()) return Error{update.file + ": no row could be used"};
  if (const auto good = check_list(out.import, plugin, update.force, update.calendar, store); !good)
    return Error{update.file + ": " + good.error().message + "; the list was not taken; if it is right all the same: " +
                 "broker-gateway instruments import --force --broker " + update.broker.name + ' ' + update.file};
  instruments::LastImport taken;
  taken.source = source;
  taken.last_modified = downloaded->last_modified;
  taken.imported_ns = wall_ns();
  taken.list.etag = downloaded->etag;
  // A Last-Modified in the future is not taken as the list's time: that server's clock is wrong.
  const auto modified = parse_http_date(downloaded->last_modified);
  const bool is_of_server = modified && *modified <= taken.imported_ns;
  taken.list.time_of = is_of_server ? instruments::ListTime::last_modified : instruments::ListTime::fetched;
  taken.list.time_ns = is_of_server ? *modified : taken.imported_ns;
  taken.list.day = day_at(taken.list.time_ns, update.calendar.clock.offset_at(taken.list.time_ns));
  if (const auto stored = store.replace(plugin, out.import.rows(), taken); !stored) return stored.error();
  std::error_code ec;
  std::filesystem::remove(update.file, ec);
  return out;
}

std::string list_file(const config::Config& config, const std::string& plugin) {
  return (std::filesystem::path(config.database).parent_path() / (plugin + ".instruments")).string();
}

}  // namespace gw::app
