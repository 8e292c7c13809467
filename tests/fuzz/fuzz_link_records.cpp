// Whatever a broker's process leaves in the ring to routing: no byte outside of it is read, and what is taken for a
// record can be read as one.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <new>
#include <span>

#include "core/bus/record_check.hpp"
#include "core/bus/records.hpp"
#include "core/bus/ring.hpp"
#include "core/bus/update_queue.hpp"

namespace {

using namespace gw::bus;

constexpr std::size_t kBytes = sizeof(RingHeader) + 4096;

std::uint64_t sum_of(std::span<const std::byte> bytes) {
  std::uint64_t sum = 0;
  for (const std::byte byte : bytes) sum += static_cast<std::uint64_t>(byte);
  return sum;
}

std::uint64_t sum_of(const UpdateView& view) {
  std::uint64_t sum = sum_of(std::as_bytes(std::span(view.tick, 1))) + sum_of(std::as_bytes(view.values));
  if (view.rare != nullptr) sum += sum_of(std::as_bytes(std::span(view.rare, 1)));
  return sum + sum_of(std::as_bytes(view.bids)) + sum_of(std::as_bytes(view.asks));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto* const memory = static_cast<std::byte*>(::operator new (kBytes, std::align_val_t{64}));
  std::memset(memory, 0, kBytes);
  if (size != 0) std::memcpy(memory, data, std::min(size, kBytes));
  Ring reader({memory, kBytes}, false);
  volatile std::uint64_t sum = 0;
  for (int turn = 0; turn < 100 && !reader.is_broken(); ++turn) {
    std::array<std::span<const std::byte>, 8> records;
    const std::size_t found = reader.peek(records);
    if (found == 0) break;
    for (const std::span<const std::byte> record : std::span(records).first(found)) {
      sum = sum + sum_of(record);
      if (!is_sound(record)) {
        reader.set_broken();
        break;
      }
      RecordKind kind{};
      std::memcpy(&kind, record.data(), sizeof kind);
      if (kind == RecordKind::update) sum = sum + sum_of(view_update(record));
    }
    reader.release(found);
  }
  ::operator delete (memory, std::align_val_t{64});
  return 0;
}
