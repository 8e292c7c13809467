// Texts without secrets: every byte that belongs to an occurrence of a secret is hidden, also where two overlap.
#pragma once

#include <bitset>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace gw {

// Immutable once it is shared. [any]
class SecretFilter {
 public:
  void add(std::string_view secret);
  bool knows(std::string_view secret) const;
  // `text` with "***" for each secret and a space for each control character, of `limit` bytes and a note of how many
  // bytes of `text` were cut off. A secret that begins before the cut is hidden as a whole.
  std::string apply(std::string_view text, std::size_t limit) const;

 private:
  // The bytes that a secret at `at` takes up; 0: there is none.
  std::size_t match(std::string_view text, std::size_t at) const;

  std::vector<std::string> secrets_;
  std::bitset<256> first_bytes_;  // of all secrets
};

}  // namespace gw
