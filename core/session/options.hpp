// The settings of gateway.yaml that sessions are held to. Every shard has a copy, which may change while it runs.
// [shard]
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/admission/origin.hpp"
#include "core/admission/rate_limit.hpp"
#include "core/base/networks.hpp"

namespace gw::session {

struct SessionOptions {
  std::int64_t ping_interval_ns = 30'000'000'000;
  std::int64_t ping_timeout_ns = 10'000'000'000;
  std::int64_t authentication_timeout_ns = 15'000'000'000;
  std::int64_t slow_client_close_ns = 30'000'000'000;
  std::size_t symbols_per_request = 5'000;
  std::uint32_t header_size = 8 * 1024;
  std::size_t message_size = 1 << 20;
  std::size_t output_per_client = 1 << 20;
  std::size_t output_total = 1 << 30;  // of all sessions of a shard
  admission::RateLimit request_rate;
  admission::OriginRule origins;
  std::vector<Network> trusted_proxies{};
  bool compression = false;
};

}  // namespace gw::session
