// The answer to a WebSocket's upgrade.
#pragma once

#include <string>
#include <string_view>

namespace bench {

// Empty where the request has no key.
std::string upgrade_answer(std::string_view request);

}  // namespace bench
