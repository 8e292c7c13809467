// One broker of a plugin's file. Loaded into this process, it stays mapped as long as this lives; else only what it
// declares is here. Made after every check has passed.
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
  // The memory that the file was read into, for another process to inherit; -1: none.
  virtual int copy() const { return -1; }
  // Whether the functions of its tables may be called in this process. Elsewhere they do nothing.
  virtual bool is_loaded() const { return true; }
  // bgw.instruments/1, bgw.credentials/1 and bgw.login/1 of the plugin; null: it has none. [load]
  virtual const bgw_instruments* instruments() const;
  virtual const bgw_credentials* credentials() const;
  virtual const bgw_login* login() const;
};

// One for each broker of the file. The error is one line that lists every difference, or says what the plugin itself
// found. No adapter function runs; the plugin's static initialisers, its entry and its get_extension do, but only once
// the file is known to be a library with the entry. [main or control]
Result<std::vector<std::shared_ptr<const Library>>> load_library(const std::string& path);

}  // namespace gw::plugin_host
