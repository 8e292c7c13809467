// The settings of gateway.yaml that bound what a client may ask for. They may change while the gateway runs. [routing]
#pragma once

#include <cstddef>
#include <cstdint>

namespace gw::requests {

struct RequestOptions {
  std::int64_t resume_time_ns = 0;
  std::size_t subscriptions_per_client = 30'000;
  std::size_t connections_per_key = 1'000;
};

}  // namespace gw::requests
