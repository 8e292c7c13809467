// What is wanted of an adapter: taken from the ring, remembered, handed over in batches, and replayed after each
// connect.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/plugin_host/adapter_instance.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::size_t kDefaultBatch = 500;

}  // namespace

void AdapterInstance::take_demand() {
  std::vector<std::uint32_t> subscribe;
  std::vector<std::uint32_t> unsubscribe;
  bus::Ring& ring = channel_.demand();
  for (auto record = ring.front(); !record.empty(); record = ring.front()) {
    const bus::Demand d = bus::view_demand(record);
    if (d.mode == 0) {
      wanted_.erase(d.instrument);
      std::erase(subscribe, d.instrument);
      unsubscribe.push_back(d.instrument);
    } else {
      wanted_[d.instrument] = {d.mode,
                               d.depth_level,
                               std::string(d.symbol),
                               std::string(d.exchange),
                               std::string(d.broker_symbol),
                               std::string(d.broker_exchange),
                               std::string(d.token)};
      if (d.instrument >= asked_.size()) asked_.resize(d.instrument + 1);
      if (asked_[d.instrument] == 0) asked_[d.instrument] = 1;
      subscribe.push_back(d.instrument);
    }
    ring.release();
  }
  counts_.wanted.store(wanted_.size(), std::memory_order_relaxed);
  apply(subscribe, unsubscribe);
  if (ring.take_wish_for_room()) channel_.writer().wake_reader();
}

void AdapterInstance::replay() {
  std::vector<std::uint32_t> all;
  all.reserve(wanted_.size());
  for (const auto& [handle, wanted] : wanted_) all.push_back(handle);
  std::sort(all.begin(), all.end());
  if (!all.empty()) log::info("broker", options_.name + ": replaying " + std::to_string(all.size()) + " subscriptions");
  apply(all, {});
}

void AdapterInstance::apply(const std::vector<std::uint32_t>& subscribe,
                            const std::vector<std::uint32_t>& unsubscribe) {
  const bgw_adapter_api& api = *library_->descriptor().api;
  const bool connected = state_ == bus::LinkState::connected;
  const std::uint32_t declared = library_->descriptor().limits->batch_size;
  const std::size_t batch = declared == 0 ? kDefaultBatch : declared;
  bgw_error error{};
  for (std::size_t i = 0; connected && i < unsubscribe.size(); i += batch) {
    const auto n = static_cast<std::uint32_t>(std::min(batch, unsubscribe.size() - i));
    const bgw_status status = call(error, [&] { return api.unsubscribe(adapter_, &unsubscribe[i], n, &error); });
    if (status != BGW_OK) log::warning("broker", options_.name + ": unsubscribe: " + text_of(error));
  }
  // From here on the adapter must not publish them; what it publishes all the same is dropped.
  for (const std::uint32_t handle : unsubscribe) {
    if (wanted_.contains(handle)) continue;
    if (handle < asked_.size()) asked_[handle] = 0;
  }
  for (const std::uint32_t handle : unsubscribe) channel_.writer().handle_event(bus::RecordKind::released, handle);
  std::vector<bgw_subscription> list;
  for (std::size_t i = 0; connected && i < subscribe.size(); i += batch) {
    list.clear();
    for (std::size_t k = i; k < std::min(i + batch, subscribe.size()); ++k) {
      const auto found = wanted_.find(subscribe[k]);
      if (found == wanted_.end()) continue;
      const Wanted& w = found->second;
      asked_[subscribe[k]] = static_cast<std::uint16_t>(w.depth_level + 1);
      list.push_back({sizeof(bgw_subscription), subscribe[k], w.mode, w.depth_level, w.symbol.c_str(),
                      w.exchange.c_str(), w.broker_symbol.c_str(), w.broker_exchange.c_str(), w.token.c_str()});
    }
    if (list.empty()) continue;
    const bgw_status status = call(
        error, [&] { return api.subscribe(adapter_, list.data(), static_cast<std::uint32_t>(list.size()), &error); });
    if (status == BGW_OK) continue;
    for (const bgw_subscription& s : list)
      channel_.writer().handle_event(bus::RecordKind::refuse, s.instrument, status, text_of(error));
  }
}

}  // namespace gw::plugin_host
