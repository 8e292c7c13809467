// What is wanted of a broker: taken from the ring, remembered, and given to the connection that routing chose.
#include <algorithm>

#include "core/base/log.hpp"
#include "core/plugin_host/broker_link.hpp"
#include "core/plugin_host/broker_link_bell.hpp"

namespace gw::plugin_host {

void BrokerLink::wait_for_bell() {
  adapter_bell_->stream.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                                   [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& ec) {
                                     if (ec || alive.expired() || !running_) return;
                                     channel_.adapter_bell().answer();
                                     channel_.writer().flush_aside();
                                     take_demand();
                                     wait_for_bell();
                                   });
}

AdapterInstance& BrokerLink::connection(std::uint32_t number) {
  if (number >= connections_.size()) connections_.resize(number + 1);
  auto& place = connections_[number];
  if (place == nullptr) place = make_connection(make_judge());
  return *place;
}

std::unique_ptr<AdapterInstance> BrokerLink::make_connection(std::shared_ptr<liveness::FeedJudge> judge) {
  return std::make_unique<AdapterInstance>(io_, library_, options_, counts_, channel_.writer(),
                                           static_cast<AdapterOwner&>(*this), std::move(judge));
}

const Wanted* BrokerLink::find_wanted(std::uint32_t instrument) const {
  const auto found = wanted_.find(instrument);
  return found == wanted_.end() ? nullptr : &found->second;
}

void BrokerLink::take_demand() {
  // By connection. What ends ends everywhere before anything begins: a broker counts both.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> ended;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> begun;
  std::vector<std::uint32_t> released;
  bus::Ring& ring = channel_.demand();
  for (auto record = ring.front(); !record.empty(); record = ring.front()) {
    const bus::Demand d = bus::view_demand(record);
    if (d.instrument == bus::kProof) {
      for (std::size_t i = 0; i < connections_.size(); ++i)
        if (connections_[i] != nullptr && (d.mode == 0 || d.connection == i))
          connections_[i]->judge()->on_proof(d.exchange, options_.monotonic(), d.symbol);
      tell_feeds();
      ring.release();
      continue;
    }
    const auto known = wanted_.find(d.instrument);
    if (known != wanted_.end() && (d.mode == 0 || known->second.connection != d.connection)) {
      ended[known->second.connection].push_back(d.instrument);
      std::erase(begun[known->second.connection], d.instrument);
    }
    if (d.mode == 0) {
      if (known != wanted_.end()) wanted_.erase(known);
      released.push_back(d.instrument);
    } else {
      wanted_[d.instrument] = {d.mode,
                               d.depth_level,
                               d.connection,
                               std::string(d.symbol),
                               std::string(d.exchange),
                               std::string(d.broker_symbol),
                               std::string(d.broker_exchange),
                               std::string(d.token),
                               d.lot_size,
                               d.kind};
      begun[d.connection].push_back(d.instrument);
    }
    ring.release();
  }
  counts_.wanted.store(wanted_.size(), std::memory_order_relaxed);
  for (const auto& [number, instruments] : ended) connection(number).unsubscribe(instruments);
  for (const std::uint32_t handle : released) channel_.writer().released(handle);
  for (const auto& [number, instruments] : begun)
    if (!instruments.empty()) connection(number).subscribe(instruments);
  if (ring.take_wish_for_room()) channel_.writer().wake_reader();
  // A lost one that carries nothing any more is missed no longer.
  if (state_ == bus::LinkState::reconnecting) say_connected();
  connect_next();
  if (any_idle() && !idle_close_due_) {
    idle_close_due_ = true;
    timers_.set(kIdle, options_.idle_close_ns);
  }
}

bool BrokerLink::any_idle() const {
  return std::any_of(connections_.begin(), connections_.end(),
                     [this](const auto& c) { return c != nullptr && !is_needed(*c); });
}

// A connection that carries nothing is closed after a while: what comes next would fill the first again.
void BrokerLink::close_idle() {
  idle_close_due_ = false;
  for (std::size_t i = 1; i < connections_.size(); ++i) {
    if (connections_[i] == nullptr || is_needed(*connections_[i])) continue;
    log::info("broker", options_.name + ": connection " + std::to_string(i + 1) + " carries nothing, closed");
    connections_[i]->stop();
    connections_[i].reset();
    if (const auto successor = successors_.find(i); successor != successors_.end()) {
      successor->second->stop();
      successors_.erase(successor);
    }
  }
  while (connections_.size() > 1 && connections_.back() == nullptr) connections_.pop_back();
  connect_next();
}

}  // namespace gw::plugin_host
