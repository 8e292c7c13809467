// The finished frames of every symbol, made once and lying side by side.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bench {

class Frames {
 public:
  // Symbol s gets the payload of line s, round and round.
  Frames(const std::vector<std::string>& payloads, std::size_t symbols);

  std::size_t symbols() const { return frames_.size(); }
  std::size_t bytes() const { return bytes_.size(); }  // of all symbols
  std::string_view of(std::size_t symbol) const { return frames_[symbol]; }

 private:
  std::string bytes_;
  std::vector<std::string_view> frames_;
};

}  // namespace bench
