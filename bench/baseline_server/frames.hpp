// The finished frames of every symbol, made once and stored side by side.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Frames {
 public:
  // Payloads go to the symbols in turn. `stamped`: each payload has a "timestamp", which stamped() changes.
  Frames(std::vector<std::string> payloads, std::size_t symbols, bool stamped);

  std::size_t symbols() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_.size(); }  // of all symbols
  std::string_view of(std::size_t symbol) const { return frames_[symbol]; }
  // The wall clock time that stamped() writes from now on.
  void set_time(std::int64_t wall_ns);
  // The symbol's frame with that time.
  std::string_view stamped(std::size_t symbol);

 private:
  std::string bytes_;
  std::vector<std::string_view> frames_;
  std::vector<std::size_t> stamps_;  // by symbol: where in bytes_ its timestamp is
  std::array<char, 17> time_{};      // 1764198000.123456
};

}  // namespace bench
