#include "tools/broker_sim/served_list.hpp"

#include <cstdint>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tools/broker_sim/instruments.hpp"
#include "tools/broker_sim/protocol.hpp"

namespace sim {
namespace {

namespace fs = std::filesystem;
using std::chrono::system_clock;

constexpr std::chrono::hours kMade{3};  // UTC: 08:30 in India

std::string http_date(system_clock::time_point time) {
  const std::time_t seconds = system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[64];
  return {text, std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}

// Two hexadecimal numbers, as Kite's tags have: the content's hash (FNV-1a) and its length.
std::string etag_of(const std::string& body, bool is_weak) {
  std::uint32_t hash = 2'166'136'261U;
  for (const char c : body) hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U;
  char text[40];
  std::snprintf(text, sizeof text, "%s\"%08x-%zx\"", is_weak ? "W/" : "", hash, body.size());
  return text;
}

}  // namespace

gw::Result<ServedList> read_list(const Protocol& protocol, const std::string& file, system_clock::time_point now) {
  ServedList list;
  if (file.empty()) {
    const auto day = std::chrono::floor<std::chrono::days>(now - kMade);
    list.body = protocol.list_of(listed_on(day));
    list.last_modified = http_date(day + kMade);
  } else {
    std::ifstream in(file, std::ios::binary);
    list.body.assign(std::istreambuf_iterator<char>(in), {});
    std::error_code ec;
    const auto written = fs::last_write_time(file, ec);
    if (!in || ec) return gw::Error{file + ": cannot be read"};
    const auto since = std::chrono::file_clock::to_sys(written);
    list.last_modified = http_date(std::chrono::time_point_cast<system_clock::duration>(since));
  }
  list.etag = etag_of(list.body, protocol.packs_list());
  return list;
}

}  // namespace sim
