// Any bytes as a client's frame: one request with an action, or exactly one error, and what is
// echoed is valid JSON text.
#include <cstdlib>
#include <string_view>

#include "core/proxy/wire/request.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::proxy::wire;
  constexpr std::size_t kMost = 8;
  const Request r = parse_request({reinterpret_cast<const char*>(data), size}, {kMost});
  if (r.action == Action::invalid && !r.error) std::abort();
  if (r.error && (r.error->code.empty() || r.error->message.empty())) std::abort();
  if (r.entries.size() > kMost) std::abort();
  const bool streams = r.action == Action::subscribe || r.action == Action::unsubscribe;
  if (streams && !r.error && r.entries.empty()) std::abort();
  for (const Entry& e : r.entries) {
    if (e.error) continue;
    if (e.symbol.empty() || e.exchange.empty()) std::abort();
    if (r.action == Action::subscribe && gw::routing::slot_of(e.stream) >= gw::routing::kStreams) std::abort();
  }
  return 0;
}
