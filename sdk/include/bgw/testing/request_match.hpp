// SPDX-License-Identifier: Apache-2.0
// bgw/testing/request_match.hpp - the part of bgw/testing/replay.hpp that says whether an adapter sends what it sent
// then, but for what placeholders stand for. It is given placeholders, of which it may make something else than it made
// of the secrets: a header that has a placeholder for all of its value matches any value. A short secret may have been
// replaced where an instrument's token, say, was the same by chance: its zeros match any number of as many digits.
// [adapter]
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "bgw/testing/known_secrets.hpp"
#include "bgw/testing/placeholders.hpp"
#include "bgw/testing/recording.hpp"

namespace bgw::testing {

class RequestMatch {
 public:
  explicit RequestMatch(const Placeholders& hide) : hide_(hide) {}

  // The payloads of two records of this kind, which differ.
  bool is_same(RecordKind kind, std::string_view found, std::string_view then) const {
    RecordFields now(found), before(then);
    switch (kind) {
      case RecordKind::websocket_open:
        return is_same_text(now.text(), before.text()) && are_same_headers(now, before) && now.rest() == before.rest();
      case RecordKind::websocket_send:
        return now.raw(kMessageHead) == before.raw(kMessageHead) && is_same_text(now.rest(), before.rest());
      case RecordKind::http_request:
        return now.text() == before.text() && is_same_text(now.text(), before.text()) &&
               are_same_headers(now, before) && is_same_text(now.text(), before.text()) && now.rest() == before.rest();
      default:
        return false;
    }
  }

 private:
  static constexpr std::size_t kMessageHead = 8;  // connection and opcode

  bool are_same_headers(RecordFields& now, RecordFields& before) const {
    const auto count = now.number<std::uint32_t>();
    if (before.number<std::uint32_t>() != count) return false;
    for (std::uint32_t i = 0; i + 1 < count; i += 2) {
      const std::string_view name = before.text();
      if (now.text() != name) return false;
      const std::string_view value = now.text();
      const std::string_view then = before.text();
      if (value != then && !hide_.is_all_of_header(name, then) && !is_same_text(value, then)) return false;
      if (now.left() == 0 || before.left() == 0) return false;  // a damaged record; more follows the headers
    }
    return true;
  }

  bool is_same_text(std::string_view found, std::string_view recorded) const {
    const std::string then = hide_.sent(recorded);  // of a recording in which less was replaced
    if (found.size() != then.size()) return false;
    for (std::size_t at = 0; at < found.size(); ++at) {
      if (found[at] == then[at]) continue;
      std::size_t begin = at, end = at;
      while (begin > 0 && then[begin - 1] == '0') --begin;
      while (end < then.size() && then[end] == '0') ++end;
      const std::size_t size = end - begin;
      if (end == at || size < KnownSecrets::kShortest || size >= Placeholders::kShortestNumber ||
          !Placeholders::is_number(found.substr(begin, size)) || !KnownSecrets::is_whole(then, begin, size) ||
          !KnownSecrets::is_whole(found, begin, size))
        return false;
      at = end - 1;
    }
    return true;
  }

  const Placeholders& hide_;
};

}  // namespace bgw::testing
