#include "core/plugin_host/adapter_sockets.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/url.hpp"
#include "core/plugin_host/header_check.hpp"

namespace gw::plugin_host {
namespace {

std::uint32_t next_number() {
  static std::atomic<std::uint32_t> next{0};
  return next.fetch_add(1, std::memory_order_relaxed) % 0x7fffffffU + 1;
}

}  // namespace

AdapterSockets::AdapterSockets(LinkContext& link, AdapterSocket::Owner& owner) : link_(link), owner_(owner) {
  for (auto& memory : addresses_) memory = websocket::make_address_memory();
}

bgw_status AdapterSockets::open(const bgw_websocket_request& request, std::int64_t stall_limit_ns,
                                std::uint32_t& number, std::string& why) {
  const std::size_t classes = std::max<std::size_t>(link_.limits().classes.size(), 1);
  if (request.url == nullptr) {
    why = "url: found nothing, expected an address";
    return BGW_E_INVALID;
  }
  const char* const given = BGW_HAS(&request, subprotocol) ? request.subprotocol : nullptr;
  const bool has_subprotocol = given != nullptr && *given != '\0';
  const bgw_header subprotocol{"Sec-WebSocket-Protocol", has_subprotocol ? given : ""};
  why = problem_of_headers(request.headers, request.header_count);
  if (why.empty()) why = problem_of_headers(&subprotocol, 1);
  if (!why.empty()) return BGW_E_INVALID;
  if (request.connection_class >= classes) {
    why = "connection_class: found " + std::to_string(request.connection_class) + ", expected less than " +
          std::to_string(classes);
    return BGW_E_INVALID;
  }
  if (sockets_.size() >= kMaxSockets) {
    why = "found " + std::to_string(kMaxSockets) + " open sockets, expected fewer";
    return BGW_E_STATE;
  }
  std::vector<websocket::Header> headers;
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    headers.push_back({request.headers[i].name, request.headers[i].value});
  if (has_subprotocol) headers.push_back({subprotocol.name, subprotocol.value});
  transport::WsClientOptions options;
  options.stall_limit_ns = stall_limit_ns;
  options.offer_deflate = (request.flags & BGW_WEBSOCKET_DEFLATE) != 0;
  options.outgoing = link_.options.outgoing;
  options.addresses = addresses_[request.connection_class];
  auto socket =
      std::make_unique<AdapterSocket>(link_, owner_, next_number(), request.connection_class, std::move(options));
  const std::int64_t ping_interval = BGW_HAS(&request, ping_interval_ns) ? request.ping_interval_ns : 0;
  if (const auto opened = socket->open(request.url, std::move(headers), ping_interval); !opened) {
    why = opened.error().message;
    return BGW_E_INVALID;
  }
  number = socket->number();
  log::debug("broker", link_.options.name + ": " + socket->name() + " connects to " + without_secrets(request.url));
  sockets_.emplace(number, std::move(socket));
  return BGW_OK;
}

AdapterSocket* AdapterSockets::find(std::uint32_t number) const {
  const auto found = sockets_.find(number);
  return found == sockets_.end() ? nullptr : found->second.get();
}

std::vector<std::uint32_t> AdapterSockets::numbers() const {
  std::vector<std::uint32_t> numbers;
  for (const auto& [number, socket] : sockets_) numbers.push_back(number);
  return numbers;
}

void AdapterSockets::set_stall_limit(std::int64_t ns) {
  for (const auto& [number, socket] : sockets_) socket->set_stall_limit(ns);
}

void AdapterSockets::drop(std::uint32_t number) { sockets_.erase(number); }

}  // namespace gw::plugin_host
