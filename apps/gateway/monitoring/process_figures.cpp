#include "apps/gateway/monitoring/process_figures.hpp"

#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>

namespace gw::app {
namespace {

// The first number behind `name` in one of the lines of a file.
std::uint64_t number_in(const char* path, std::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) {
      std::uint64_t value = 0;
      std::istringstream(line.substr(name.size())) >> value;
      return value;
    }
  return 0;
}

}  // namespace

ProcessFigures process_figures() {
  ProcessFigures out;
  out.cpu_seconds = static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
  out.resident_bytes = number_in("/proc/self/status", "VmRSS:") * 1024;
  out.threads = number_in("/proc/self/status", "Threads:");
  out.max_files = number_in("/proc/self/limits", "Max open files");
  std::error_code ec;
  std::filesystem::directory_iterator files("/proc/self/fd", ec);
  while (!ec && files != std::filesystem::directory_iterator()) {
    ++out.open_files;
    files.increment(ec);
  }
  return out;
}

}  // namespace gw::app
