// The ZeroMQ publisher: a PUB socket, messages of two parts (SYMBOL.EXCHANGE.MODE and the market_data JSON of the json
// protocol). Routing hands it each update of the default broker group; a thread of its own sends, so that no subscriber
// ever holds routing up.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.hpp"
#include "core/routing/ports.hpp"

namespace gw::zeromq {

class ZeroMqPublisher : public routing::Publisher {
 public:
  // Port 0: any free one. The error names the port.
  static Result<std::unique_ptr<ZeroMqPublisher>> open(const std::string& host, std::uint16_t port);
  // "tcp://127.0.0.1:5555"
  virtual const std::string& endpoint() const = 0;
  // Updates that were left out because the sending thread could not keep up. [any]
  virtual std::uint64_t dropped() const = 0;
};

}  // namespace gw::zeromq
