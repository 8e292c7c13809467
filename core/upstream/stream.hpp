// What a client can hold of one instrument: a mode and, in depth mode, the level asked for.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "bgw/abi.h"

namespace gw::upstream {

inline constexpr std::array<int, 4> kDepthLevels = {5, 20, 30, 50};

// LTP, quote, or a depth stream of a level. Six streams have an index; clients with extras may ask for other levels.
struct Stream {
  int mode = BGW_MODE_QUOTE;
  int depth_level = 0;  // as asked; 0 unless mode is depth

  friend bool operator==(const Stream&, const Stream&) = default;
};
inline constexpr std::size_t kIndexedStreams = 6;
inline constexpr std::array<std::uint32_t, kIndexedStreams> kModeOfIndex = {
    BGW_MODE_LTP, BGW_MODE_QUOTE, BGW_MODE_DEPTH, BGW_MODE_DEPTH, BGW_MODE_DEPTH, BGW_MODE_DEPTH};

// kIndexedStreams: a depth stream of another level, which has no index.
inline std::size_t index_of(Stream s) {
  if (s.mode == BGW_MODE_LTP) return 0;
  if (s.mode == BGW_MODE_QUOTE) return 1;
  for (std::size_t i = 0; i < kDepthLevels.size(); ++i)
    if (kDepthLevels[i] == s.depth_level) return 2 + i;
  return kIndexedStreams;
}

inline Stream stream_of(std::size_t index) {
  if (index == 0) return {BGW_MODE_LTP, 0};
  if (index == 1) return {BGW_MODE_QUOTE, 0};
  return {BGW_MODE_DEPTH, kDepthLevels[index - 2]};
}

}  // namespace gw::upstream
