// What the tests of answers have in common.
#pragma once

#include <string>

#include "core/protocol/answers.hpp"
#include "core/protocol/request.hpp"

namespace gw::protocol {

inline const Context kPlain{"angel", false, "", 3};
inline const Context kExtras{"angel", true, "", 3};

inline Entry entry(const std::string& rest) {
  return parse_request(
             R"({"action":"subscribe","symbol":"RELIANCE","exchange":"NSE")" + (rest.empty() ? rest : ',' + rest) + '}',
             {})
      .entries.at(0);
}

inline routing::Outcome failed(routing::Code code, std::string detail = "") {
  routing::Outcome outcome;
  outcome.code = code;
  outcome.detail = std::move(detail);
  return outcome;
}

inline routing::Outcome depth_outcome(int actual_depth) {
  routing::Outcome outcome;
  outcome.actual_depth = actual_depth;
  return outcome;
}

inline std::string batch(std::string_view kind, const std::vector<Entry>& entries,
                         const std::vector<routing::Outcome>& outcomes, const Context& context) {
  BatchAnswer answer(kind);
  for (std::size_t i = 0; i < entries.size(); ++i) answer.add(entries[i], outcomes.at(i), context);
  return answer.text(context.id_json);
}

}  // namespace gw::protocol
