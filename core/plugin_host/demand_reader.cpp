#include "core/plugin_host/demand_reader.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace gw::plugin_host {

struct DemandReader::Bell {
  Bell(boost::asio::io_context& io, int descriptor) : stream(io, descriptor) {}
  ~Bell() { stream.release(); }  // the descriptor is the doorbell's
  boost::asio::posix::stream_descriptor stream;
};

DemandReader::DemandReader(LinkContext& link, Connections& connections, LoginScheduler& scheduler,
                           const LinkStatus& status, FeedReport& report)
    : link_(link),
      connections_(connections),
      scheduler_(scheduler),
      status_(status),
      report_(report),
      bell_(std::make_unique<Bell>(link.io, link.channel.adapter_bell().descriptor())),
      timers_(
          link.io, [this](std::uint32_t) { close_unneeded(); }, link.options.make_alarm) {}

DemandReader::~DemandReader() = default;

void DemandReader::start() {
  running_ = true;
  wait_for_bell();
}

void DemandReader::stop() {
  running_ = false;
  timers_.cancel_all();
  bell_->stream.cancel();
}

void DemandReader::wait_for_bell() {
  bell_->stream.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                           [this, alive = std::weak_ptr(alive_)](const boost::system::error_code& ec) {
                             if (ec || alive.expired() || !running_) return;
                             link_.channel.adapter_bell().answer();
                             link_.writer().flush_overflow();
                             take();
                             wait_for_bell();
                           });
}

void DemandReader::take() {
  // By connection. All unsubscribes go out before the first subscribe, because a broker counts both.
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> ended;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> begun;
  std::unordered_map<std::uint32_t, std::vector<std::uint32_t>> described;
  std::vector<std::uint32_t> released;
  bus::Ring& ring = link_.channel.demand();
  for (auto record = ring.front(); !record.empty(); record = ring.front()) {
    const bus::Demand d = bus::view_demand(record);
    if (d.instrument == bus::kProof) {
      for (std::size_t number = 0; number < connections_.count(); ++number)
        if (BrokerConnection* connection = connections_.find(number);
            connection != nullptr && (d.mode == 0 || d.connection == number))
          connection->judges()->on_proof(d.exchange, link_.options.monotonic(), d.symbol);
      report_.tell();
      ring.release();
      continue;
    }
    const Wanted* known = link_.find_wanted(d.instrument);
    if (d.is_description) {
      if (known != nullptr) remember(d);
      described[d.connection].push_back(d.instrument);
      ring.release();
      continue;
    }
    if (known != nullptr && (d.mode == 0 || known->connection != d.connection)) {
      ended[known->connection].push_back(d.instrument);
      std::erase(begun[known->connection], d.instrument);
    }
    if (d.mode == 0) {
      link_.wanted.erase(d.instrument);
      released.push_back(d.instrument);
    } else {
      remember(d);
      begun[d.connection].push_back(d.instrument);
    }
    ring.release();
  }
  link_.counts.wanted.store(link_.wanted.size(), std::memory_order_relaxed);
  for (const auto& [number, instruments] : described)
    if (number < connections_.count() && connections_.find(number) != nullptr)
      connections_.find(number)->describe(instruments);
  for (const auto& [number, instruments] : ended) connections_.at(number).unsubscribe(instruments);
  for (const std::uint32_t handle : released) link_.writer().released(handle);
  for (const auto& [number, instruments] : begun)
    if (!instruments.empty()) connections_.at(number).subscribe(instruments);
  if (ring.take_request_for_room()) link_.writer().wake_reader();
  // A lost connection that carries nothing any more is no longer missed.
  if (status_.state() == bus::LinkState::reconnecting) scheduler_.say_connected();
  scheduler_.connect_next();
  if (connections_.any_unneeded() && !is_close_set_) {
    is_close_set_ = true;
    timers_.set(0, link_.options.idle_close_ns);
  }
}

void DemandReader::remember(const bus::Demand& d) {
  link_.wanted[d.instrument] = {d.mode,
                                d.depth_level,
                                d.connection,
                                std::string(d.symbol),
                                std::string(d.exchange),
                                std::string(d.broker_symbol),
                                std::string(d.broker_exchange),
                                std::string(d.token),
                                d.tick_size,
                                d.lot_size,
                                d.exponents,
                                d.kind};
}

// Connections that carry nothing are closed after a while; new instruments would fill the first connection again.
void DemandReader::close_unneeded() {
  is_close_set_ = false;
  connections_.close_unneeded();
  scheduler_.connect_next();
}

}  // namespace gw::plugin_host
