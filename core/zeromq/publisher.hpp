// The ZeroMQ publisher: an XPUB socket, messages of two parts (SYMBOL.EXCHANGE.MODE and the market_data JSON of the
// json protocol). Routing hands it each update of the default broker group; a thread of its own sends, so that no
// subscriber ever holds routing up, and tells routing what subscribers ask for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/routing/ports.hpp"

namespace gw::zeromq {

// A subscriber subscribed to `topic`, or the last one of it has left.
struct SubscriptionChange {
  std::string topic;
  bool begins;
};

struct PublisherOptions {
  std::string host;
  std::uint16_t port = 0;  // 0: any free one
  std::size_t max_subscribers = 100;
  // Gets what changed, in its order. Not called again before `done` was, which may be on any thread, but not after the
  // publisher is gone. [zeromq]
  std::function<void(std::vector<SubscriptionChange> changes, std::function<void()> done)> on_changes;
};

class ZeroMqPublisher : public routing::Publisher {
 public:
  // The error names the port.
  static Result<std::unique_ptr<ZeroMqPublisher>> open(PublisherOptions options);
  // "tcp://127.0.0.1:5555"
  virtual const std::string& endpoint() const = 0;
  // Updates that were left out because the sending thread could not keep up. [any]
  virtual std::uint64_t dropped() const = 0;
};

}  // namespace gw::zeromq
