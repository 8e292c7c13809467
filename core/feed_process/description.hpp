// What one broker of a plugin's file declares, told by a process that has loaded the file to one that runs none of its
// code. The functions of the tables are there where the plugin has them, and do nothing.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/feed_process/packing.hpp"

namespace gw::feed_process {

// What a library has, each as in Library.
struct Declared {
  const bgw_plugin_descriptor& descriptor;
  const bgw_instruments* instruments;
  const bgw_credentials* credentials;
  const bgw_login* login;
};
void put_description(Packer& to, const Declared& broker);

// Immutable. [any]
class Description {
 public:
  // Reads what put_description wrote, or what else another process says; `from` tells whether it was whole.
  explicit Description(Unpacker& from);
  Description(const Description&) = delete;
  Description& operator=(const Description&) = delete;

  const bgw_plugin_descriptor& descriptor() const { return descriptor_; }
  // As in Library.
  const bgw_instruments* instruments() const { return has_instruments_ ? &instruments_ : nullptr; }
  const bgw_credentials* credentials() const { return has_credentials_ ? &credentials_ : nullptr; }
  const bgw_login* login() const { return has_login_ ? &login_ : nullptr; }

 private:
  const char* take_name(Unpacker& from);
  std::vector<const char*> take_names(Unpacker& from);
  void take_descriptor(Unpacker& from);
  void take_limits(Unpacker& from);
  void take_instruments(Unpacker& from);
  void take_credentials(Unpacker& from);
  void take_login(Unpacker& from);

  std::deque<std::string> texts_;  // that what follows points to
  std::vector<bgw_capability> capabilities_;
  std::vector<bgw_setting> settings_;
  std::vector<bgw_depth_limit> depth_limits_;
  std::vector<bgw_connection_class> classes_;
  std::vector<const char*> needs_, stores_;  // each ends with null
  bgw_limits limits_{};
  bool has_instruments_ = false;
  bool has_credentials_ = false;
  bool has_login_ = false;
  bgw_instruments instruments_{};
  bgw_credentials credentials_{};
  bgw_login login_{};
  bgw_plugin_descriptor descriptor_{};
};

}  // namespace gw::feed_process
