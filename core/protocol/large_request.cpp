#include "core/protocol/large_request.hpp"

#include <optional>
#include <utility>

#include "core/protocol/json_reader.hpp"
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

// Leaves nothing of the request but this error. Returns true, as the others do when nothing is left to parse.
bool LargeRequest::fail(RequestError error) {
  request_ = {};
  request_.error = std::move(error);
  return true;
}

bool LargeRequest::parse_head() {
  outline_ = scan_.take();
  if (std::optional<RequestError> error = unreadable(frame_, outline_)) {
    request_ = refused(std::move(*error), outline_);
    return true;
  }
  const std::string head = frame_.substr(0, outline_.list_begin) + frame_.substr(outline_.list_end);
  head_ = std::make_unique<Defaults>(Defaults{read_json(head)});
  request_ = request_of(head_->json, outline_, limits_);
  const std::size_t count = outline_.entry_count;
  if (!head_->json.is_object() || count == 0) return true;
  if (!request_.batch) return false;  // nobody reads the entries, but the whole is JSON only if they are
  request_.error.reset();             // it said that the list is empty
  if (count > limits_.symbols_per_request)
    request_.error = too_many_symbols(count, limits_);
  else
    request_.entries.reserve(count);
  return false;
}

bool LargeRequest::parse_entry(std::string_view text) {
  if (!request_.batch || request_.error) return is_json(text) ? false : fail(invalid_json());
  // The parser would skip a byte order mark, which may stand before a whole text but not before an entry.
  const Json json = text.starts_with('\xef') ? Json(Json::value_t::discarded) : read_json(text);
  if (json.is_discarded()) return fail(invalid_json());
  request_.entries.push_back(entry_of(json, &head_->json, request_.action == Action::subscribe));
  return false;
}

bool LargeRequest::is_json(std::string_view entries) const {
  const bool blank = entries.find_first_not_of(" \t\n\r") == std::string_view::npos;
  return !blank && !read_json('[' + std::string(entries) + ']').is_discarded();
}

}  // namespace gw::protocol
