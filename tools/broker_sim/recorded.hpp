// Recorded frames, read from files.
#pragma once

#include <string>
#include <vector>

namespace sim {

struct RecordedFrame {
  bool is_text;
  std::string bytes;
};

// The frames of a folder, in the order of their names: .bin and .packet are binary frames, .json is a text frame.
std::vector<RecordedFrame> read_frames(const std::string& folder);

}  // namespace sim
