#include "apps/gateway/instrument_lists.hpp"

#include <algorithm>
#include <utility>

#include "apps/gateway/broker_setup.hpp"
#include "apps/gateway/instrument_update.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/plugin_tasks/list_tasks.hpp"
#include "core/base/clock.hpp"
#include "core/base/dates.hpp"
#include "core/base/log.hpp"
#include "core/instruments/expiries.hpp"
#include "core/instruments/import.hpp"
#include "core/instruments/instrument_store.hpp"

namespace gw::app {

InstrumentLists::InstrumentLists(const GatewayState& state, proxy::Proxy& proxy)
    : state_(state), proxy_(proxy), day_(today()) {}

std::int64_t InstrumentLists::today() const {
  const std::int64_t now = wall_ns();
  return day_at(now, state_.loaded.calendar.clock.offset_at(now));
}

std::shared_ptr<const instruments::Index> InstrumentLists::load(const plugin_host::Library& library) {
  auto loaded = read(library);
  if (loaded) return std::move(*loaded);
  const std::string name = library.descriptor().broker;
  // event: the instruments of a plugin cannot be read from the database, and why
  log::error("instruments", name + ": " + loaded.error().message);
  const auto known = indexes_.find(name);
  return known == indexes_.end() ? std::make_shared<const instruments::Index>() : known->second;
}

Result<std::shared_ptr<const instruments::Index>> InstrumentLists::read(const plugin_host::Library& library) {
  const std::string name = library.descriptor().broker;
  instruments::InstrumentStore store(*state_.database);
  const auto generation = store.generation(name);
  if (!generation) return generation.error();
  const bgw_instruments* extension = library.instruments();
  std::shared_ptr<const instruments::Index> index;
  if (extension != nullptr && extension->builtin != nullptr && *generation == 0) {
    instruments::Import import(import_rules(library));
    const ListCalls calls(library, task_options(name, state_.config(), state_.plugins));
    if (const auto read = calls.read_builtin(import); !read)
      // event: the built-in list of a plugin cannot be read, and why
      log::error("plugin", name + ": " + read.error().message);
    index = std::make_shared<const instruments::Index>(import.index());
  } else {
    auto loaded = store.load(name);
    if (!loaded) return loaded.error();
    index = std::move(*loaded);
  }
  generations_[name] = *generation;
  return indexes_[name] = std::move(index);
}

Result<void> InstrumentLists::look_at_database(bool is_other) {
  instruments::InstrumentStore store(*state_.database);
  Result<void> all;
  for (const plugin_host::ScanEntry& entry : state_.plugins) {
    if (entry.library == nullptr) continue;
    const std::string plugin = entry.library->descriptor().broker;
    const auto generation = store.generation(plugin);
    if (!generation) {
      all = generation.error();
      continue;
    }
    const bool is_same = *generation == generations_[plugin] && (!is_other || *generation == 0);
    if (is_same) continue;
    if (const auto taken = take_up(*entry.library); !taken) all = with_context(plugin, taken.error());
  }
  return all;
}

Result<void> InstrumentLists::take_up(const plugin_host::Library& library) {
  const std::string plugin = library.descriptor().broker;
  auto read_list = read(library);
  if (!read_list) return read_list.error();
  const auto index = std::move(*read_list);
  log::info("instruments",
            plugin + ": an instrument list with " + std::to_string(index->size()) + " instruments is now in use");
  proxy_.post([this, plugin, index] {
    routing::Router& router = proxy_.router();
    router.set_index(plugin, index);
    for (routing::BrokerId id = 0; id < router.brokers().size(); ++id) {
      if (router.brokers()[id].setup().plugin != plugin) continue;
      warn_of_missing_canaries(router, id);
      if (const std::size_t count = router.listings().unlisted_count(id); count != 0)
        log::warning("instruments", router.brokers()[id].setup().name + ": " + std::to_string(count) +
                                        " subscribed instruments are not in the new list: this broker serves them "
                                        "until their exchange's day ends");
    }
  });
  return {};
}

bool InstrumentLists::look_at_day() {
  const std::int64_t now = today();
  return std::exchange(day_, now) != now;
}

void InstrumentLists::renew_built_in() {
  for (const plugin_host::ScanEntry& entry : state_.plugins) {
    if (entry.library == nullptr) continue;
    const bgw_instruments* extension = entry.library->instruments();
    const bool is_built_in = extension != nullptr && extension->builtin != nullptr;
    if (!is_built_in || generations_[entry.library->descriptor().broker] != 0) continue;
    if (const auto taken = take_up(*entry.library); !taken)
      log::error("instruments", taken.error().message + "; going on with the list from before");
  }
}

// A contract that is over may have left the list in use; former() then has its row from the last list that had it.
std::function<bool(std::string_view symbol, std::string_view exchange)> InstrumentLists::is_over() const {
  const bool serves_expired = state_.config().instruments.expired == "serve";
  return [this, serves_expired, expiries = instruments::Expiries(state_.loaded.calendar, wall_ns())](
             std::string_view symbol, std::string_view exchange) {
    return !serves_expired && std::any_of(indexes_.begin(), indexes_.end(), [&](const auto& of_plugin) {
      auto row = of_plugin.second->find(symbol, exchange);
      if (!row) row = of_plugin.second->former(symbol, exchange);
      return row && expiries.is_over(exchange, row->expiry);
    });
  };
}

}  // namespace gw::app
