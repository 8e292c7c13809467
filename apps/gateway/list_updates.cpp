#include "apps/gateway/list_updates.hpp"

#include "apps/gateway/environment.hpp"
#include "apps/gateway/isolation.hpp"

namespace gw::app {

void ListUpdates::start() {
  if (!state_.config().instruments.update) return;
  const std::lock_guard lock(mutex_);
  updater_ = std::make_unique<InstrumentUpdater>(state_.loaded);
  for (const config::Broker& broker : state_.config().brokers)
    if (feeds_.find(broker.name) != nullptr) add_to_updater(broker);
  for (const auto& [plugin, etag] : announced_) updater_->announced(plugin, etag);
}

void ListUpdates::stop() {
  std::unique_ptr<InstrumentUpdater> ends;  // destroyed after the unlock: its end may take a moment
  const std::lock_guard lock(mutex_);
  ends.swap(updater_);
}

void ListUpdates::add(const config::Broker& broker) {
  if (updater_ && feeds_.find(broker.name) != nullptr) add_to_updater(broker);
}

void ListUpdates::add_to_updater(const config::Broker& broker) {
  updater_->add(broker, find_plugin(state_.plugins, broker.plugin),
                task_options(broker.plugin, state_.config(), state_.plugins));
}

void ListUpdates::announced(const std::string& plugin, std::string_view etag) {
  const std::lock_guard lock(mutex_);
  announced_[plugin] = etag;
  if (updater_) updater_->announced(plugin, etag);
}

}  // namespace gw::app
