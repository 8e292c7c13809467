#include "core/bus/next_step.hpp"

namespace gw::bus {

std::string next_step(LinkState state, std::string_view broker) {
  switch (state) {
    case LinkState::connected:
      return "";
    case LinkState::connecting:
    case LinkState::reconnecting:
      return "the gateway logs in by itself and subscribes everything wanted anew";
    case LinkState::auth_expired:
      return "broker-gateway login " + std::string(broker) +
             ", where its plugin has a login; else log in at the broker and put the new token where gateway.yaml says; "
             "the gateway takes up a changed file by itself";
    case LinkState::failed:
      return "mend the cause, then run: broker-gateway brokers retry " + std::string(broker);
    case LinkState::disconnected:
      return "see what broker-gateway check-config and broker-gateway plugins list say and mend it; then: "
             "broker-gateway "
             "reload, or where a file of its settings has changed: broker-gateway brokers relogin " +
             std::string(broker);
  }
  return "";
}

std::string next_step(FeedState state) {
  if (state != FeedState::stale) return "";
  return "the gateway logs in anew where that may help, and moves users to another broker of their group that ticks; "
         "if it lasts, ask the broker";
}

}  // namespace gw::bus
