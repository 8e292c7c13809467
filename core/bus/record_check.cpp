#include "core/bus/record_check.hpp"

#include <cstdint>
#include <cstring>

#include "core/bus/records.hpp"

namespace gw::bus {
namespace {

// The record's head, copied: the other process may go on writing.
template <class Record>
Record copy_of(std::span<const std::byte> record) {
  Record copy;
  std::memcpy(static_cast<void*>(&copy), record.data(), sizeof copy);
  return copy;
}

template <std::size_t N>
bool ends(const char (&text)[N]) {
  return text[N - 1] == '\0';
}

bool is_exponent(std::int8_t exponent) { return exponent >= BGW_MIN_EXPONENT && exponent <= 0; }

bool is_sound_update(std::span<const std::byte> record) {
  if (record.size() < sizeof(UpdateRecord) + sizeof(bgw_tick)) return false;
  const auto u = copy_of<UpdateRecord>(record);
  if (u.value_count > kMaxValues || u.bid_count > kMaxBookLevels || u.ask_count > kMaxBookLevels) return false;
  if (!is_exponent(u.exponents.price) || !is_exponent(u.exponents.quantity)) return false;
  return record.size() == sizeof(UpdateRecord) + sizeof(bgw_tick) + (u.has_rare != 0 ? sizeof(bgw_tick_rare) : 0) +
                              u.value_count * sizeof(bgw_value) +
                              (std::size_t{u.bid_count} + u.ask_count) * sizeof(bgw_level);
}

bool is_sound_link(std::span<const std::byte> record) {
  if (record.size() != sizeof(LinkRecord)) return false;
  const auto link = copy_of<LinkRecord>(record);
  return link.state <= LinkState::failed && ends(link.message);
}

bool is_sound_feed(std::span<const std::byte> record) {
  if (record.size() != sizeof(FeedRecord)) return false;
  const auto feed = copy_of<FeedRecord>(record);
  return feed.state <= FeedState::stale && feed.evidence <= FeedEvidence::proved && ends(feed.exchange) &&
         ends(feed.message);
}

bool is_sound_handle(std::span<const std::byte> record) {
  return record.size() == sizeof(HandleRecord) && ends(copy_of<HandleRecord>(record).message);
}

}  // namespace

bool is_sound(std::span<const std::byte> record) noexcept {
  if (record.size() < sizeof(RecordKind)) return false;
  switch (copy_of<RecordKind>(record)) {
    case RecordKind::update:
      return is_sound_update(record);
    case RecordKind::link:
      return is_sound_link(record);
    case RecordKind::feed:
      return is_sound_feed(record);
    case RecordKind::confirm:
    case RecordKind::refuse:
    case RecordKind::released:
    case RecordKind::quiet:
    case RecordKind::suspect:
      return is_sound_handle(record);
  }
  return false;
}

}  // namespace gw::bus
