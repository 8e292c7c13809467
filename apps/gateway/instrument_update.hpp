// Downloads a broker's instrument list, reads it through the broker's plugin and stores it: for the command line and
// for the running gateway. What was known before stays when anything is wrong.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "core/config/load.hpp"
#include "core/instruments/import.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::app {

// The plugin says where its list is.
bool offers_list(const plugin_host::Library& library);

// What the plugin's rows are held against.
instruments::ImportRules import_rules(const plugin_host::Library& library);

// What the plugin's list and those of the other brokers' plugins disagree about: see different_instruments.
Result<std::vector<std::string>> no_pairs(const config::Config& config, instruments::InstrumentStore& store,
                                          const std::string& plugin);

struct ListUpdate {
  const config::Broker& broker;
  std::string config_file;  // for what is wrong with the broker's settings
  const plugin_host::Library& library;
  const calendar::Calendar& calendar;
  std::string file;  // where the list goes; a list that was not taken stays there to be looked at
  std::function<bool(std::uint64_t received, std::uint64_t total)> downloading;  // false ends it
  instruments::Import::Progress reading;
  bool force = false;  // also a list that lacks much of what is known
};

// Whether the rows may replace the known ones: see check_complete. With `force` they always may.
Result<void> check_list(const instruments::Import& import, const std::string& plugin, bool force,
                        const calendar::Calendar& calendar, instruments::InstrumentStore& store);

struct UpdatedList {
  std::string unchanged_since;  // empty: there is a new list
  instruments::Import import;   // the new list
};

Result<UpdatedList> update_list(const ListUpdate& update, instruments::InstrumentStore& store);

// Where the list of a plugin goes, beside the database.
std::string list_file(const config::Config& config, const std::string& plugin);

}  // namespace gw::app
