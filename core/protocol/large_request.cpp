#include "core/protocol/large_request.hpp"

#include <utility>

#include "core/protocol/request_json.hpp"

namespace gw::protocol {

using Json = nlohmann::json;

struct LargeRequest::Defaults {
  Json json;
};

LargeRequest::LargeRequest(std::string_view frame, const RequestLimits& limits)
    : frame_(frame), limits_(limits), scan_(frame_, limits.symbols_per_request) {}
LargeRequest::~LargeRequest() = default;

bool LargeRequest::parse_some() {
  if (head_ == nullptr) return scan_.look_on(kLookedAtAtOnce) && parse_head();
  std::size_t bytes = 0;
  while (parsed_ < outline_.entries.size() && bytes < kAtOnce) {
    const std::string_view entry = outline_.entries[parsed_++];
    bytes += entry.size();
    if (parse_entry(entry)) return true;
  }
  return parsed_ == outline_.entries.size();
}

// Leaves the request without entries and with this error. Returns true, as the others do when nothing is left to parse.
bool LargeRequest::fail(std::string_view code, std::string message) {
  request_.entries.clear();
  request_.error = {code, std::move(message)};
  return true;
}

bool LargeRequest::fail_for_values(const char* what, std::size_t count) {
  return fail("INVALID_PARAMETERS", std::string(what) + " may have " + std::to_string(kMaxValues) +
                                        " values, this one has " + std::to_string(count));
}

bool LargeRequest::parse_head() {
  // The parser would take a NUL for the end.
  if (frame_.find('\0') != std::string::npos) return fail("INVALID_JSON", "Invalid JSON message");
  outline_ = scan_.take();
  if (outline_.too_deep) return fail("INVALID_JSON", "Invalid JSON message");
  if (outline_.head_values > kMaxValues) return fail_for_values("A request without its symbols", outline_.head_values);
  if (outline_.max_entry_values > kMaxValues) return fail_for_values("An entry of symbols", outline_.max_entry_values);
  const std::string head = frame_.substr(0, outline_.list_begin) + frame_.substr(outline_.list_end);
  head_ = std::make_unique<Defaults>(Defaults{Json::parse(head, nullptr, false)});
  request_ = request_of(head_->json, limits_);
  const std::size_t count = outline_.entry_count;
  if (!head_->json.is_object() || count == 0) return true;
  if (request_.action != Action::subscribe && request_.action != Action::unsubscribe) return false;
  request_.error.reset();  // the error said that the list is empty
  if (count > limits_.symbols_per_request) {
    request_.error = too_many_symbols(count, limits_);
    return true;
  }
  request_.entries.reserve(count);
  return false;
}

bool LargeRequest::parse_entry(std::string_view text) {
  // The parser would skip a byte order mark, which may stand before a whole text but not before an entry.
  const Json json = text.starts_with('\xef') ? Json(Json::value_t::discarded) : Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    request_ = {};
    return fail("INVALID_JSON", "Invalid JSON message");
  }
  if (request_.batch) request_.entries.push_back(entry_of(json, &head_->json, request_.action == Action::subscribe));
  return false;
}

}  // namespace gw::protocol
