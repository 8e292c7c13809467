// The instrument lists of a running gateway: loaded, given to routing, taken up when the database has another one, and
// made anew with the day where they are built in. Thread: main until the control thread begins, then control.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "apps/gateway/gateway_state.hpp"
#include "core/instruments/index.hpp"
#include "core/plugin_host/library.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class InstrumentLists {
 public:
  InstrumentLists(const GatewayState& state, proxy::Proxy& proxy);

  // The plugin's list as the database or the plugin itself has it.
  std::shared_ptr<const instruments::Index> load(const plugin_host::Library& library);
  // Takes up what the database has anew.
  void look_at_database();
  // Contracts that are built in roll with the calendar. True: a new day has begun.
  bool look_at_day();
  void renew_built_in();
  // Says of a contract whether it is over now. Valid as long as the lists stay.
  std::function<bool(std::string_view symbol, std::string_view exchange)> is_over() const;

 private:
  std::int64_t today() const;
  void take_up(const plugin_host::Library& library);

  const GatewayState& state_;
  proxy::Proxy& proxy_;
  std::map<std::string, std::int64_t> generations_;                           // by plugin
  std::map<std::string, std::shared_ptr<const instruments::Index>> indexes_;  // the last one loaded, by plugin
  std::int64_t day_;  // of the exchanges, for which built-in lists were made
};

}  // namespace gw::app
