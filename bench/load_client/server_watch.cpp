#include "server_watch.hpp"

#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace bench {

ServerUse server_use(int process) {
  ServerUse use;
  if (process == 0) return use;
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream stat_file(folder + "/stat");
  std::string stat((std::istreambuf_iterator<char>(stat_file)), {});
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return use;
  std::istringstream fields(stat.substr(name_end + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0, system = 0;
  fields >> user >> system;
  use.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  std::ifstream status(folder + "/status");
  for (std::string line; std::getline(status, line);) {
    std::istringstream words(line);
    std::string key;
    words >> key;
    if (key == "VmRSS:") words >> use.memory_kib;
    if (key == "VmHWM:") words >> use.peak_kib;
  }
  return use;
}

}  // namespace bench
