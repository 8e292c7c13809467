// From a broker's bytes to an update, with the plugin's own function.
#include <array>
#include <cstddef>
#include <cstring>
#include <vector>

#include "bench/tick_path/measure.hpp"
#include "zerodha_wire.hpp"

namespace bench {
namespace {

std::vector<std::byte> full_packet() {
  std::vector<std::byte> packet(184);
  for (std::size_t i = 0; i < packet.size(); ++i)
    packet[i] = static_cast<std::byte>(i % 4 == 3 ? i : i % 4 == 2 ? 7 : 0);
  return packet;
}

// The least: reading the packet's bytes once.
void decode_kite_full(benchmark::State& state) {
  const auto bytes = full_packet();
  zerodha::Packet packet;
  std::array<std::byte, 184> copy;
  run(
      state,
      [&] {
        std::memcpy(copy.data(), bytes.data(), bytes.size());
        benchmark::DoNotOptimize(copy);
      },
      [&] {
        benchmark::DoNotOptimize(zerodha::decode(bytes, packet));
        benchmark::ClobberMemory();
      });
}
BENCHMARK(decode_kite_full);

}  // namespace
}  // namespace bench
