#include "core/upstream/successor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

namespace gw::upstream {
namespace {

constexpr std::size_t kMaxRecords = 32;  // at a time

}  // namespace

Successor::Successor(BrokerSetup setup, RouteTable& routes) : setup_(std::move(setup)), routes_(routes) {
  for (RouteHandle handle = 0; Route* r = routes_.at(handle); ++handle) {
    if (r->demanded_mode == 0) continue;
    Told& told = told_[handle];
    told.mode = r->demanded_mode;
    told.depth = r->demanded_depth;
    told.connection = r->demanded_connection;
    r->has_successor = true;
    untold_.push_back(handle);
  }
  unanswered_ = told_.size();
  tell();
}

Successor::~Successor() {
  for (const auto& [handle, told] : told_) {
    routes_[handle].has_successor = false;
    routes_.free_if_unused(handle);
  }
}

void Successor::tell() {
  bus::Channel& channel = *setup_.channel;
  const std::size_t before = untold_.size();
  while (!untold_.empty()) {
    const RouteHandle handle = untold_.back();
    const Route& r = routes_[handle];
    const Told& told = told_[handle];
    const bus::Demand demand{handle,          told.mode,         told.depth,  r.symbol,        r.exchange,
                             r.broker_symbol, r.broker_exchange, r.token,     told.connection, r.kind,
                             false,           r.exponents,       r.tick_size, r.lot_size};
    if (!bus::put_demand(channel.demand(), demand)) break;
    untold_.pop_back();
  }
  if (untold_.size() != before) channel.adapter_bell().ring();
}

bool Successor::drain(std::size_t budget, std::uint64_t& order) {
  if (is_held_) return false;
  bus::Channel& channel = *setup_.channel;
  std::array<std::span<const std::byte>, kMaxRecords> records;
  std::size_t left = budget;
  channel.answer();
  while (left != 0) {
    const auto run =
        std::span(records).first(channel.updates().peek(std::span(records).first(std::min(left, kMaxRecords))));
    if (run.empty()) break;
    for (const std::span<const std::byte> record : run) take(record, order);
    channel.updates().release(run.size());
    left -= run.size();
  }
  if (channel.updates().take_request_for_room()) channel.adapter_bell().ring();
  if (!untold_.empty()) tell();
  return left == 0;
}

void Successor::take(std::span<const std::byte> record, std::uint64_t& order) {
  bus::RecordKind kind{};
  std::memcpy(&kind, record.data(), sizeof kind);
  switch (kind) {
    case bus::RecordKind::update:
      return on_update(record, order);
    case bus::RecordKind::link: {
      const auto& link = *reinterpret_cast<const bus::LinkRecord*>(record.data());
      state_ = link.state;
      message_ = link.message;
      return;
    }
    case bus::RecordKind::feed: {
      const auto& feed = *reinterpret_cast<const bus::FeedRecord*>(record.data());
      std::erase_if(
          feeds_, [&feed](const bus::FeedRecord& known) { return std::string_view(known.exchange) == feed.exchange; });
      feeds_.push_back(feed);
      return;
    }
    case bus::RecordKind::refuse:
      refusals_.push_back(*reinterpret_cast<const bus::HandleRecord*>(record.data()));
      return on_answer(refusals_.back().instrument);
    case bus::RecordKind::confirm:
    case bus::RecordKind::quiet:
      return on_answer(reinterpret_cast<const bus::HandleRecord*>(record.data())->instrument);
    case bus::RecordKind::released:
    case bus::RecordKind::suspect:
      return;
  }
}

void Successor::on_answer(RouteHandle handle) {
  const auto found = told_.find(handle);
  if (found != told_.end() && !std::exchange(found->second.is_answered, true)) --unanswered_;
}

// Values are kept as they would be of the link that serves, so that packets which say a part add up later.
void Successor::on_update(std::span<const std::byte> record, std::uint64_t& order) {
  const bus::UpdateView v = bus::view_update(record);
  const auto found = told_.find(v.tick->instrument);
  if (found == told_.end()) return;
  ++updates_;
  on_answer(v.tick->instrument);
  Told& told = found->second;
  if (told.value == nullptr) told.value = std::make_unique<LastValue>();
  told.value->use_units(v.header->exponents);
  std::uint32_t modes = v.tick->modes;
  if ((v.tick->present & BGW_HAS_LTP) == 0 && told.value->has_ltp()) modes &= ~std::uint32_t{BGW_MODE_LTP};
  if (v.header->asked_depth < told.depth) modes &= ~std::uint32_t{BGW_MODE_DEPTH};
  if (modes != 0) told.value->store(v, modes, ++order);
  static_cast<void>(told.value->count_hidden(v));
}

}  // namespace gw::upstream
