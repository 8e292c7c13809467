// Answers what the command line asks a running gateway, one JSON object on one line each way. Thread: control.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "apps/gateway/gateway_status.hpp"
#include "apps/gateway/running_brokers.hpp"

namespace gw::app {

class ControlCommands {
 public:
  // `look` checks the database for changes at once.
  ControlCommands(RunningBrokers& brokers, GatewayStatus& status, std::function<void()> look)
      : brokers_(brokers), status_(status), look_(std::move(look)) {}

  std::string answer(std::string_view line);

 private:
  RunningBrokers& brokers_;
  GatewayStatus& status_;
  std::function<void()> look_;
};

}  // namespace gw::app
