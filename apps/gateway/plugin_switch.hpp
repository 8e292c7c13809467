// Has all brokers of a plugin's file run another build of it: beside the present links where that is possible, else
// after them; all or none. Thread: control.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "apps/gateway/gateway_state.hpp"
#include "apps/gateway/instrument_lists.hpp"
#include "apps/gateway/list_updates.hpp"
#include "apps/gateway/next_links.hpp"
#include "apps/gateway/running_brokers.hpp"
#include "apps/gateway/unattended_logins.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class PluginSwitch {
 public:
  struct Parts {
    GatewayState& state;
    RunningBrokers& brokers;
    NextLinks& next;
    InstrumentLists& lists;
    ListUpdates& updates;
    UnattendedLogins& logins;
    proxy::Proxy& proxy;
  };
  // All outlive this.
  explicit PluginSwitch(const Parts& parts) : parts_(parts) {}

  using Entries = std::vector<plugin_host::ScanEntry>;
  struct Outcome {
    std::string problem;               // why the build before goes on; empty: the other one runs
    std::string text;                  // how it came to run
    bool is_of_configuration = false;  // the problem is none of the file
  };
  bool is_under_way() const { return stage_ != Stage::none; }
  // `fresh`: the brokers of the file's other build. Nothing: look() says what comes of it.
  std::optional<Outcome> begin(const std::string& file, Entries fresh);
  // Nothing: it goes on. Called several times a second.
  std::optional<Outcome> look();
  // The present build goes on, for the configuration is about to change.
  void abandon();

 private:
  enum class Stage : std::uint8_t { none, beside, holding, after };
  struct After {
    std::string name;
    bool ran = false;
    bool was_connected = false;
  };

  std::string fault_of(const Entries& fresh) const;
  std::string problem_of_configuration() const;
  std::optional<Outcome> begin_links();
  std::optional<Outcome> look_beside();
  std::optional<Outcome> take_over();
  std::optional<Outcome> look_after();
  Outcome fail(const std::string& why);
  Outcome done();
  void use(Entries plugins);
  void restart(const std::string& name, const std::string& why);
  std::vector<const config::Broker*> brokers() const;

  Parts parts_;
  Stage stage_ = Stage::none;
  std::string file_;
  Entries before_;  // all plugins
  Entries after_;
  std::vector<std::string> beside_;  // brokers whose next link gets ready
  std::vector<After> later_;         // brokers whose link ends first
  std::string why_later_;
  std::int64_t deadline_ns_ = 0;  // monotonic
};

}  // namespace gw::app
