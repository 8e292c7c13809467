#include "core/session/accept_options.hpp"

#include <chrono>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "core/admission/forwarded.hpp"
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
  const std::vector<std::string> ways = admission::ways_to_allow(origin, host);
  const std::string shown(cut(origin, 256));
  std::string said = "refused a connection whose Origin is " + shown + ": ";
  std::string body = "Requests with this Origin may not use the gateway: " + shown + '\n';
  if (ways.empty()) {
    said += "it is none that can be allowed";
    body += "Its like cannot be allowed by server.allowed_origins in gateway.yaml. What can: https://app.example.com\n";
  } else {
    said += "to allow it, write into gateway.yaml, beside what is there: ";
    body +=
        "An operator can allow it by server.allowed_origins or server.names in gateway.yaml, beside what is there:\n";
  }
  for (std::size_t i = 0; i < ways.size(); ++i) {
    const bool is_name = ways[i].find("names") != std::string::npos;
    said += (i == 0 ? "" : "; or, where that is a name of this gateway: ") + ways[i];
    body += std::string(is_name ? "  if that is a name of this gateway:  " : "  if that is a page elsewhere:        ") +
            ways[i] + '\n';
  }
  // event: refused a connection whose Origin is …: what to write into gateway.yaml to allow it
  of_foreign_pages.warning(origin, said);
  return {403, "text/plain; charset=utf-8", body};
}

std::string AcceptOptions::client_address(const websocket::HttpRequest& request) const {
  std::vector<std::string_view> lines;
  for (const websocket::Header& h : request.headers)
    if (lower(h.name) == "x-forwarded-for") lines.emplace_back(h.value);
  const std::string_view peer = std::string_view(request.remote).substr(0, request.remote.rfind(':'));
  return admission::client_address(lines, peer, options_.trusted_proxies);
}

}  // namespace gw::session
