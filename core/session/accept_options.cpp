#include "core/session/accept_options.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/admission/origin.hpp"
#include "core/base/log_limit.hpp"
#include "core/base/text.hpp"
#include "core/session/subprotocol.hpp"

namespace gw::session {
namespace {

log::Limited of_foreign_pages("proxy", "origin");

}  // namespace

void AcceptOptions::set() {
  for (websocket::ServerOptions* o : {&plain_, &tls_}) {
    o->header_limit = options_.header_size;
    o->message_limit = options_.message_size;
    o->compression = options_.compression;
    o->open_timeout = std::chrono::milliseconds(options_.authentication_timeout_ns / 1'000'000);
    // Not bounded here, but by Shard::deliver and ClientSession::send.
    o->output_limit = std::numeric_limits<std::size_t>::max() / 2;
    o->on_upgrade = [this](const websocket::HttpRequest& request, std::vector<websocket::Header>& answer) {
      websocket::HttpAnswer decision = check_origin(request);
      if (decision.status == 0) choose_subprotocol(request, answer);
      return decision;
    };
  }
}

websocket::HttpAnswer AcceptOptions::check_origin(const websocket::HttpRequest& request) const {
  std::string_view origin;
  std::string_view host;
  for (const websocket::Header& h : request.headers) {
    const std::string name = lower(h.name);
    if (name == "origin") origin = h.value;
    if (name == "host") host = h.value;
  }
  if (origin.empty() || admission::is_allowed_origin(origin, host, options_.origins)) return {0, "", ""};
  of_foreign_pages.warning(origin, "refused a web page from " + std::string(cut(origin)) + " (server.allowed_origins)");
  return {403, "text/plain; charset=utf-8",
          "A web page from this origin may not use the gateway.\n"
          "An operator can allow it: server.allowed_origins in gateway.yaml\n"};
}

}  // namespace gw::session
