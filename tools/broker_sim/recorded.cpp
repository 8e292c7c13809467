#include "tools/broker_sim/recorded.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace sim {

namespace fs = std::filesystem;

std::vector<RecordedFrame> read_frames(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path extension = entry.path().extension();
    if (entry.is_regular_file() && (extension == ".bin" || extension == ".packet" || extension == ".json"))
      paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<RecordedFrame> frames;
  for (const fs::path& path : paths) {
    std::ifstream in(path, std::ios::binary);
    frames.push_back({path.extension() == ".json", {std::istreambuf_iterator<char>(in), {}}});
  }
  return frames;
}

}  // namespace sim
