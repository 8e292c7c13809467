#include "baseline_server/frames.hpp"

#include <cstring>
#include <stdexcept>

namespace bench {
namespace {

constexpr std::string_view kTimestamp = "\"timestamp\":";
constexpr std::string_view kNoTime = "0000000000.000000";

void append_frame(std::string& out, std::string_view payload) {
  out += static_cast<char>(0x81);
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    const bool wide = payload.size() > 0xffff;
    out += static_cast<char>(wide ? 127 : 126);
    for (int shift = wide ? 56 : 8; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift & 0xffU);
  }
  out += payload;
}

void make_room_for_time(std::string& payload) {
  const std::size_t key = payload.find(kTimestamp);
  if (key == payload.npos) throw std::runtime_error("found a payload without a timestamp");
  const std::size_t begin = key + kTimestamp.size();
  payload.replace(begin, payload.find_first_of(",}", begin) - begin, kNoTime);
}

}  // namespace

Frames::Frames(std::vector<std::string> payloads, std::size_t symbols, bool stamped) {
  if (stamped)
    for (std::string& payload : payloads) make_room_for_time(payload);
  std::vector<std::size_t> ends;
  for (std::size_t s = 0; s < symbols; ++s) {
    append_frame(bytes_, payloads[s % payloads.size()]);
    ends.push_back(bytes_.size());
  }
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    frames_.push_back(std::string_view(bytes_).substr(begin, end - begin));
    if (stamped) stamps_.push_back(begin + frames_.back().find(kTimestamp) + kTimestamp.size());
    begin = end;
  }
}

void Frames::set_time(std::int64_t wall_ns) {
  std::int64_t micros = wall_ns / 1000;
  for (std::size_t i = time_.size(); i-- > 0; micros /= 10) {
    if (i + 7 == time_.size()) time_[i--] = '.';
    time_[i] = static_cast<char>('0' + micros % 10);
  }
}

std::string_view Frames::stamped(std::size_t symbol) {
  std::memcpy(bytes_.data() + stamps_[symbol], time_.data(), time_.size());
  return frames_[symbol];
}

}  // namespace bench
