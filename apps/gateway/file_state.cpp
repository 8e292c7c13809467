#include "apps/gateway/file_state.hpp"

#include <filesystem>
#include <system_error>

namespace gw::app {

std::string state_of(const std::string& path) {
  std::error_code ec;
  const auto size = std::filesystem::file_size(path, ec);
  if (ec) return {};
  const auto time = std::filesystem::last_write_time(path, ec);
  return ec ? std::string() : std::to_string(size) + '/' + std::to_string(time.time_since_epoch().count());
}

std::string state_of_secrets(const config::Broker& broker) {
  std::string all;
  for (const config::Setting& setting : broker.settings)
    for (const config::Value& value : setting.values)
      if (value.source == config::Value::Source::file) all += state_of(value.text) + ';';
  return all;
}

}  // namespace gw::app
