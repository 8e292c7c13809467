// Any bytes as a client's frame: one request with an action, or exactly one error, and what is
// echoed is valid JSON text. In pieces it is the same request as in one.
#include <cstdlib>
#include <string_view>

#include "core/protocol/large_request.hpp"
#include "core/protocol/request.hpp"

namespace {

using gw::protocol::Entry;
using gw::protocol::Request;

std::string text_of(const std::optional<gw::protocol::RequestError>& error) {
  return error ? std::string(error->code) + error->message : std::string();
}

bool same(const Entry& a, const Entry& b) {
  return a.symbol == b.symbol && a.exchange == b.exchange && a.stream == b.stream && a.mode_json == b.mode_json &&
         a.symbol_json == b.symbol_json && a.exchange_json == b.exchange_json && a.depth_json == b.depth_json &&
         a.min_interval_ns == b.min_interval_ns && a.since.has_value() == b.since.has_value() &&
         a.other_level == b.other_level && text_of(a.error) == text_of(b.error);
}

void compare_with_pieces(std::string_view frame, const Request& whole, std::size_t most) {
  gw::protocol::LargeRequest large(frame, {most});
  while (!large.parse_some()) {
  }
  const Request r = large.take();
  if (text_of(r.error) != text_of(whole.error) || r.action != whole.action || r.id_json != whole.id_json) std::abort();
  if (r.entries.size() != whole.entries.size() || r.batch != whole.batch) std::abort();
  for (std::size_t i = 0; i < r.entries.size(); ++i)
    if (!same(r.entries[i], whole.entries[i])) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::protocol;
  constexpr std::size_t kMax = 8;
  const Request r = parse_request({reinterpret_cast<const char*>(data), size}, {kMax});
  if (r.action == Action::invalid && !r.error) std::abort();
  if (r.error && (r.error->code.empty() || r.error->message.empty())) std::abort();
  if (r.entries.size() > kMax) std::abort();
  compare_with_pieces({reinterpret_cast<const char*>(data), size}, r, kMax);
  const bool streams = r.action == Action::subscribe || r.action == Action::unsubscribe;
  if (streams && !r.error && r.entries.empty()) std::abort();
  for (const Entry& e : r.entries) {
    if (e.error) continue;
    if (e.symbol.empty() || e.exchange.empty()) std::abort();
    if (r.action == Action::subscribe &&
        (gw::upstream::index_of(e.stream) >= gw::upstream::kIndexedStreams) != e.other_level)
      std::abort();
  }
  return 0;
}
