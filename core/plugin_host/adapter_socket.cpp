#include "core/plugin_host/adapter_socket.hpp"

#include <atomic>
#include <utility>
#include <vector>

#include "core/base/log.hpp"

namespace gw::plugin_host {

bgw_status AdapterSocket::open(const bgw_websocket_request& request, std::int64_t stall_limit_ns,
                               std::uint32_t& number) {
  std::vector<websocket::Header> headers;
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    headers.push_back({request.headers[i].name, request.headers[i].value});
  drop();
  transport::WsClientOptions options;
  options.stall_limit_ns = stall_limit_ns;
  options.offer_deflate = (request.flags & BGW_WEBSOCKET_DEFLATE) != 0;
  options.outgoing = link_.options.outgoing;
  options.addresses = addresses_;
  socket_ = std::make_unique<transport::WsClient>(link_.io, events_, std::move(options));
  const auto opened = socket_->open(request.url, std::move(headers));
  if (!opened) {
    log::error("broker", link_.options.name + ": " + opened.error().message);
    return BGW_E_INVALID;
  }
  static std::atomic<std::uint32_t> next{0};
  number_ = next.fetch_add(1, std::memory_order_relaxed) % 0x7fffffffU + 1;
  number = number_;
  return BGW_OK;
}

}  // namespace gw::plugin_host
