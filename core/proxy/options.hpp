// What gateway.yaml says about clients. The same for the desk and every shard; may change while they run.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/admission/admission.hpp"
#include "core/admission/origin.hpp"
#include "core/admission/request_rate.hpp"

namespace gw::proxy {

struct ShardOptions {
  std::int64_t ping_interval_ns = 30'000'000'000;
  std::int64_t ping_timeout_ns = 10'000'000'000;
  std::int64_t authentication_timeout_ns = 15'000'000'000;
  std::int64_t slow_client_close_ns = 30'000'000'000;
  std::int64_t resume_time_ns = 0;
  std::size_t subscriptions_per_client = 30'000;
  std::size_t symbols_per_request = 5'000;
  std::uint32_t header_size = 8 * 1024;
  std::size_t message_size = 1 << 20;
  std::size_t output_per_client = 1 << 20;
  std::size_t output_total = 1 << 30;  // of all shards together
  std::size_t resume_memory = 0;       // at the start only
  admission::AdmissionLimits admission;
  std::size_t connections_per_key = 1'000;
  admission::RateLimit pace;
  admission::OriginRule origins;
  bool compression = false;
  std::size_t compression_threshold = 1024;
  std::size_t shards = 1;  // at the start only
  bool serves_expired = false;
  bool mixes_brokers = true;
};

}  // namespace gw::proxy
