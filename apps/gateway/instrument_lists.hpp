// The instrument lists of a running gateway: loads them, gives them to routing, replaces a list when the database has
// another one, and makes built-in lists anew each day. Thread: main until the control thread begins, then control.
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

  // Loads the plugin's list from the database, or from the plugin where it is built in. Where it cannot be read, that
  // is logged, and the list that was loaded last is returned; an empty one, if there is none.
  std::shared_ptr<const instruments::Index> load(const plugin_host::Library& library);
  // Takes up each list of which the database has another generation; each one, where the database `is_other`.
  Result<void> look_at_database(bool is_other);
  // True once after a new day has begun: then built-in lists must be made anew, because their contracts roll.
  bool look_at_day();
  void renew_built_in();
  // Returns a function that says whether a contract is over, as of now. It reads these lists.
  std::function<bool(std::string_view symbol, std::string_view exchange)> is_over() const;

 private:
  std::int64_t today() const;
  // Remembers what it has loaded, only if it could.
  Result<std::shared_ptr<const instruments::Index>> read(const plugin_host::Library& library);
  Result<void> take_up(const plugin_host::Library& library);

  const GatewayState& state_;
  proxy::Proxy& proxy_;
  std::map<std::string, std::int64_t> generations_;                           // by plugin
  std::map<std::string, std::shared_ptr<const instruments::Index>> indexes_;  // the last one loaded, by plugin
  std::int64_t day_;  // the exchanges' day for which built-in lists were made
};

}  // namespace gw::app
