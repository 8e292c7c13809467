// The plugin files of a running gateway: takes up another build of one when its file changes or an operator says so,
// goes back to the build before, and keeps bad ones out. One file after the other. Thread: control.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "apps/gateway/kept_plugins.hpp"
#include "apps/gateway/plugin_candidate.hpp"
#include "apps/gateway/plugin_quarantine.hpp"
#include "apps/gateway/plugin_switch.hpp"

namespace gw::app {

class PluginFiles {
 public:
  // The quarantine outlives this.
  PluginFiles(const PluginSwitch::Parts& parts, PluginQuarantine& quarantine);

  void look();           // several times a second
  void look_at_files();  // twice a second: what has not changed for one look is whole
  // The configuration is about to change: what is under way is given up, and begins again.
  void abandon();

  // ---- an operator's words; what comes of them is in json()
  // Takes up the file's present build; an empty name: that of each file that has changed.
  Result<void> reload(const std::string& file);
  // Goes back to the build before, and puts the present one into quarantine.
  Result<void> rollback(const std::string& file);
  // Puts the build that lies in the plugin folder into quarantine. What runs goes on.
  Result<void> put_into_quarantine(const std::string& file);
  // Takes a build out, by its SHA-256 or the first digits of that: it is tried again.
  Result<void> take_out_of_quarantine(const std::string& digits);
  // {"plugins": […], "quarantine": […]}, as the control socket says it.
  std::string json() const;

 private:
  using Entries = PluginSwitch::Entries;
  struct Known {
    std::string seen;                 // the file's state when it was looked at last
    std::string settled;              // the state that was acted upon
    Entries before;                   // the build before; none: there is none
    std::string outcome;              // of the last reload or rollback
    bool is_good = true;              // that outcome
    std::uint64_t asked = 0;          // reloads and rollbacks that were asked for or begun
    std::uint64_t settled_count = 0;  // those that have an outcome
  };
  struct Order {
    std::string file;
    std::string rolled_back;  // why the present build is left for the one before; empty: it is not
  };

  std::string folder() const;
  Entries running(const std::string& file) const;
  Result<std::string> known_file(const std::string& file) const;
  void add(const Order& order, bool joins_present = false);
  void begin(const Order& order);
  void take_up(Entries fresh);
  void on_inspected(const feed_process::Inspection& inspection);
  void on_bad(const std::string& why, bool is_refused);
  void forget_what_is_not_loaded(const std::string& file);
  void settle(const std::string& outcome, bool is_good);
  void on_outcome(const PluginSwitch::Outcome& outcome);
  void look_at_deaths();

  PluginSwitch::Parts parts_;
  PluginSwitch switch_;
  PluginQuarantine& quarantine_;
  KeptPlugins kept_;
  std::map<std::string, Known> known_;  // by file
  std::map<std::pair<std::string, std::string>, Entries>
      loaded_;  // by file and SHA-256: a library that was loaded stays mapped, and is used again
  std::deque<Order> orders_;
  std::optional<Order> now_;                  // what is under way
  std::optional<PluginCandidate> candidate_;  // of it, until it is loaded
  Entries fresh_;                             // the build that it brings
  Entries before_;                            // the build that runs
};

}  // namespace gw::app
