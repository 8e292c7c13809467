#include "apps/gateway/options_of.hpp"

#include <algorithm>
#include <thread>

#include "core/base/url.hpp"

namespace gw::app {

log::Options log_options(const config::Log& c) {
  log::Options options;
  for (const auto& [word, level] : {std::pair{"debug", log::Level::debug}, std::pair{"info", log::Level::info},
                                    std::pair{"warning", log::Level::warning}, std::pair{"error", log::Level::error}})
    if (c.level == word) options.level = level;
  options.format = c.format;
  options.file = c.file;
  options.rotate_size = c.rotate.size;
  options.rotate_daily = c.rotate.daily;
  options.keep = c.rotate.keep;
  return options;
}

proxy::Options proxy_options(const config::Config& c) {
  proxy::Options o;
  o.session.ping_interval_ns = c.server.ping_interval.count();
  o.session.ping_timeout_ns = c.server.ping_timeout.count();
  o.session.authentication_timeout_ns = c.server.authentication_timeout.count();
  o.session.slow_client_close_ns = c.limits.slow_client_close.count();
  o.requests.subscriptions_per_client = static_cast<std::size_t>(c.limits.subscriptions_per_client);
  o.session.symbols_per_request = static_cast<std::size_t>(c.limits.symbols_per_request);
  o.session.header_size = static_cast<std::uint32_t>(c.limits.header_size);
  o.session.message_size = c.limits.message_size;
  o.session.output_per_client = c.limits.output_per_client;
  o.session.output_total = c.limits.output_total;
  o.resume_memory = c.limits.resume_memory;
  o.requests.resume_time_ns = c.limits.resume_time.count();
  o.admission.connections = static_cast<std::size_t>(c.limits.connections);
  o.admission.per_address = static_cast<std::size_t>(c.limits.connections_per_address);
  o.admission.unauthenticated = static_cast<std::size_t>(c.limits.unauthenticated_connections);
  o.requests.connections_per_key = static_cast<std::size_t>(c.limits.connections_per_key);
  o.serves_expired = c.instruments.expired == "serve";
  o.mixes_brokers = c.mix_brokers;
  o.session.compression = c.server.compression.enabled;
  o.compression_threshold = c.server.compression.threshold;
  o.session.request_rate = {c.limits.requests_per_second, c.limits.request_burst};
  o.session.origins = {c.server.allowed_origins, is_loopback(c.server.host)};
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  o.shards = static_cast<std::size_t>(c.server.threads != 0 ? c.server.threads : std::max(1, cores - 1));
  return o;
}

}  // namespace gw::app
