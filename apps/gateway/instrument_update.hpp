// Downloads a broker's instrument list, reads it through the broker's plugin and stores it: for the command line and
// for the running gateway. When anything is wrong, the instruments known before stay.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "core/config/load.hpp"
#include "core/instruments/import.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

// Whether the plugin says where its list is and can read it.
bool offers_list(const plugin_host::Library& library);

// The rules by which the plugin's rows are checked.
instruments::ImportRules import_rules(const plugin_host::Library& library);

// The instruments that are others under the same name in the lists of the other brokers' plugins: see
// different_instruments.
Result<std::vector<std::string>> no_pairs(const config::Config& config, instruments::InstrumentStore& store,
                                          const std::string& plugin);

struct ListUpdate {
  const config::Broker& broker;
  std::string config_file;  // named in errors about the broker's settings
  const plugin_host::Library& library;
  const calendar::Calendar& calendar;
  std::string file;  // where the list is downloaded to; a list that was refused stays there
  std::function<bool(std::uint64_t received, std::uint64_t total)> downloading;  // false ends the download
  instruments::Import::Progress reading;
  bool force = false;                       // take also a list that lacks much of what is known
  std::optional<TaskOptions> process = {};  // in which the plugin is called; nothing: inside this one
};

// Fails when the rows lack too many of the known ones (see check_complete), but never with `force`.
Result<void> check_list(const instruments::Import& import, const std::string& plugin, bool force,
                        const calendar::Calendar& calendar, instruments::InstrumentStore& store);

struct UpdatedList {
  std::string unchanged_since;  // empty: there is a new list
  instruments::Import import;   // the new list
};

Result<UpdatedList> update_list(const ListUpdate& update, instruments::InstrumentStore& store);

// Where the list of a plugin is downloaded to: a file beside the database.
std::string list_file(const config::Config& config, const std::string& plugin);

}  // namespace gw::app
