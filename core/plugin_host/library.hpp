// One broker of a loaded plugin: the library stays mapped as long as this lives. Made by load_library after every check
// has passed.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"

namespace gw::plugin_host {

class Library {
 public:
  virtual ~Library() = default;
  virtual const std::string& path() const = 0;
  virtual const bgw_plugin_descriptor& descriptor() const = 0;
  // bgw.instruments/1, bgw.credentials/1 and bgw.login/1 of the plugin; null: it has none. [load]
  const bgw_instruments* instruments() const;
  const bgw_credentials* credentials() const;
  const bgw_login* login() const;
};

// One for each broker of the file. The error is one line that lists every difference, or says what the plugin itself
// found. No adapter function runs; the plugin's static initialisers, its entry and its get_extension do, but only once
// the file is known to be a library with the entry. [main or control]
Result<std::vector<std::shared_ptr<const Library>>> load_library(const std::string& path);

}  // namespace gw::plugin_host
