#include "frames.hpp"

namespace bench {
namespace {

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

}  // namespace

Frames::Frames(const std::vector<std::string>& payloads, std::size_t symbols) {
  std::vector<std::size_t> ends;
  for (std::size_t s = 0; s < symbols; ++s) {
    append_frame(bytes_, payloads[s % payloads.size()]);
    ends.push_back(bytes_.size());
  }
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    frames_.push_back(std::string_view(bytes_).substr(begin, end - begin));
    begin = end;
  }
}

}  // namespace bench
