// Why an instrument is not there, for clients with extras.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gw::upstream {

struct Gone {
  std::int64_t list_time_ns = 0;         // of the instrument list in use; 0: there is no list
  std::string renamed_to;                // a row of the same type, expiry and strike has its token now
  bool is_taken = false;                 // its token belongs to another instrument now
  std::string expired_on;                // its last day, which is over
  std::vector<std::string> suggestions;  // names that may be meant instead, as SYMBOL.EXCHANGE
  std::string other_instrument_at;       // the broker that serves now, and means another instrument by this name
};

}  // namespace gw::upstream
