#include "core/bus/channel.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <new>

#include "core/bus/record_check.hpp"
#include "core/bus/records.hpp"

namespace gw::bus {
namespace {

constexpr std::align_val_t kAlignment{64};

}  // namespace

void Channel::AlignedDelete::operator()(std::byte* p) const { ::operator delete[](p, kAlignment); }

Channel::Memory Channel::allocate(std::size_t data_bytes) {
  return Memory(static_cast<std::byte*>(::operator new[](sizeof(RingHeader) + data_bytes, kAlignment)));
}

Channel::Channel(std::size_t update_bytes, std::size_t demand_bytes, Doorbell& routing_bell)
    : update_memory_(allocate(update_bytes)),
      demand_memory_(allocate(demand_bytes)),
      updates_({update_memory_.get(), sizeof(RingHeader) + update_bytes}, true),
      demand_({demand_memory_.get(), sizeof(RingHeader) + demand_bytes}, true),
      writer_(updates_, routing_bell) {}

Channel::Channel(const Shared& shared)
    : updates_(shared.updates, true),
      demand_(shared.demand, true),
      writer_(updates_, adapter_bell_),  // which nobody uses: the other process writes
      adapter_bell_(shared.adapter_rung),
      routing_rung_(&shared.routing_rung) {}

Channel::Channel(const Shared& shared, Doorbell& routing_bell, int adapter_bell)
    : updates_(shared.updates, false),
      demand_(shared.demand, false),
      writer_(updates_, routing_bell),
      adapter_bell_(adapter_bell, shared.adapter_rung) {}

// The process that wrote what is no record is ended by whoever looks after it.
std::size_t Channel::peek(std::span<std::span<const std::byte>> records) noexcept {
  const auto run = records.first(updates_.peek(records));
  if (routing_rung_ == nullptr) return run.size();
  const auto bad = std::find_if_not(run.begin(), run.end(), is_sound);
  if (bad != run.end()) updates_.set_broken();
  return static_cast<std::size_t>(bad - run.begin());
}

bool put_demand(Ring& ring, const Demand& d) noexcept {
  const std::array texts = {d.symbol, d.exchange, d.broker_symbol, d.broker_exchange, d.token};
  std::size_t text_size = 0;
  for (const std::string_view text : texts) text_size += text.size() + 1;
  const std::span<std::byte> memory = ring.reserve(sizeof(DemandRecord) + text_size);
  if (memory.empty()) {
    ring.ask_for_room();
    return false;
  }
  const DemandRecord record{d.instrument,
                            d.mode,
                            d.depth_level,
                            d.connection,
                            static_cast<std::uint32_t>(text_size),
                            d.kind,
                            d.is_description ? 1U : 0U,
                            d.exponents,
                            0,
                            d.tick_size,
                            d.lot_size};
  std::memcpy(memory.data(), &record, sizeof record);
  char* at = reinterpret_cast<char*>(memory.data() + sizeof record);
  for (const std::string_view text : texts) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    at += text.size();
    *at++ = '\0';
  }
  ring.commit();
  return true;
}

Demand view_demand(std::span<const std::byte> record) noexcept {
  DemandRecord header{};
  std::memcpy(&header, record.data(), sizeof header);
  Demand d{header.instrument,
           header.mode,
           header.depth_level,
           {},
           {},
           {},
           {},
           {},
           header.connection,
           header.kind,
           header.is_description != 0,
           header.exponents,
           header.tick_size,
           header.lot_size};
  const char* at = reinterpret_cast<const char*>(record.data() + sizeof header);
  for (std::string_view* text : {&d.symbol, &d.exchange, &d.broker_symbol, &d.broker_exchange, &d.token}) {
    *text = at;
    at += text->size() + 1;
  }
  return d;
}

}  // namespace gw::bus
