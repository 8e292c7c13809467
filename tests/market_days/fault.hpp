// The first fault of a day. GW_RULES=34 has only the rules 3 and 4 of the oracle count.
#pragma once

#include <cstdlib>
#include <string>
#include <string_view>

namespace gw::market_days {

class Fault {
 public:
  void add(int rule, const std::string& what) {
    static const char* const kOnly = std::getenv("GW_RULES");
    const std::string number = std::to_string(rule);
    if (text_.empty() && (kOnly == nullptr || std::string_view(kOnly).find(number) != std::string_view::npos))
      text_ = "rule " + number + what;
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace gw::market_days
