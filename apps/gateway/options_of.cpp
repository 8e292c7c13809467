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

bool is_on_loopback(const config::Server& server) {
  return std::all_of(server.host.begin(), server.host.end(), [](const std::string& host) { return is_loopback(host); });
}

std::vector<std::string> plain_hosts(const config::Server& server) {
  if (server.tls.port == 0 || server.allow_plain) return server.host;
  std::vector<std::string> hosts;
  for (const std::string& host : server.host)
    if (is_loopback(host)) hosts.push_back(host);
  if (hosts.empty()) hosts.emplace_back("127.0.0.1");
  return hosts;
}

std::string urls_of(const char* scheme, const std::vector<std::string>& hosts, int port) {
  std::string urls;
  for (const std::string& host : hosts) {
    urls += (urls.empty() ? "" : " and ") + server_url(scheme, host, port);
    if (host == "0.0.0.0" || host == "::") urls += " (and every other address of this machine)";
  }
  return urls;
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
  o.session.origins = {c.server.allowed_origins, c.server.names, is_on_loopback(c.server)};
  o.session.trusted_proxies = o.admission.trusted_proxies = c.server.trusted_proxies;
  const auto cores = static_cast<int>(std::thread::hardware_concurrency());
  o.shards = static_cast<std::size_t>(c.server.threads != 0 ? c.server.threads : std::max(1, cores - 1));
  return o;
}

}  // namespace gw::app
