// Kite's text frames: order postbacks, errors, broadcasts and undocumented ones. They carry no market data, and none is
// fatal. Source: kite.trade/docs/connect/v3/websocket, "Postbacks and non-binary updates".
#pragma once

#include <string>
#include <string_view>

namespace zerodha {

struct TextFrame {
  enum class Kind { kError, kMessage, kList, kOther };
  Kind kind = Kind::kOther;
  std::string text;  // what Kite says; for kList the tag of its present instrument list; for kOther the frame's type,
                     // never its content: it may be an order of the account
};

TextFrame read_text_frame(std::string_view text);

// Kite's answer to a web request that failed: kite.trade/docs/connect/v3/exceptions. Both empty: the answer is not
// Kite's own.
struct KiteError {
  std::string type;
  std::string message;
};
KiteError read_error(std::string_view body);
// The error as a text, like "InputException: Missing api_key"; empty: the answer is not Kite's own.
std::string words_of(const KiteError& error);
// Whether `body` is that of a web request that succeeded, {"status":"success",…}:
// kite.trade/docs/connect/v3/response-structure.
bool is_success(std::string_view body);

}  // namespace zerodha
