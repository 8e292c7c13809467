#include "apps/gateway/plugin_candidate.hpp"

#include <mutex>
#include <optional>
#include <thread>
#include <utility>

#include "apps/gateway/bundled_plugins.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {

struct PluginCandidate::Shared {
  std::mutex mutex;
  std::optional<feed_process::Inspection> inspection;
};

PluginCandidate::PluginCandidate(const std::string& path, const config::Config& config,
                                 const std::function<bool(const std::string& sha256)>& is_known)
    : read_(plugin_host::read_plugin(path, config.plugins.allow)) {
  if (read_.copy == nullptr || bundled_digests().contains(sha256()) || (is_known && is_known(sha256()))) return;
  shared_ = std::make_shared<Shared>();
  // Nobody waits for it: when the gateway ends first, the process ends with this thread.
  std::thread([shared = shared_, copy = read_.copy, plugins = config.plugins] {
    name_this_thread("inspect");
    config::Config of;
    of.plugins = plugins;
    feed_process::Inspection made = inspect_plugin(copy, of);
    const std::lock_guard lock(shared->mutex);
    shared->inspection = std::move(made);
  }).detach();
}

const feed_process::Inspection* PluginCandidate::inspection() {
  if (shared_ == nullptr) return &inspection_;
  {
    const std::lock_guard lock(shared_->mutex);
    if (!shared_->inspection) return nullptr;
    inspection_ = *shared_->inspection;
  }
  shared_.reset();
  return &inspection_;
}

std::vector<plugin_host::ScanEntry> PluginCandidate::load() {
  if (!inspection_.refusal.empty()) return {plugin_host::refused(read_.entry, inspection_.refusal)};
  if (bundled_digests().contains(sha256())) return plugin_host::load_plugin(read_);
  if (inspection_.brokers.empty()) return {plugin_host::refused(read_.entry, "it was not tried")};
  return plugin_host::load_plugin(read_,
                                  [this](const auto&) -> Result<feed_process::Brokers> { return inspection_.brokers; });
}

}  // namespace gw::app
