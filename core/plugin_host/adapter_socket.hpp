// The one WebSocket that an adapter has, under the number by which the adapter knows it. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/transport/ws_client.hpp"

namespace gw::plugin_host {

class AdapterSocket {
 public:
  AdapterSocket(LinkContext& link, transport::WsClient::Events& events) : link_(link), events_(events) {}

  // Replaces the present socket, if there is one. `number` is set when it returns BGW_OK.
  bgw_status open(const bgw_websocket_request& request, std::int64_t stall_limit_ns, std::uint32_t& number);
  // Whether `number` is that of the socket, and not of an earlier one.
  bool is(std::uint32_t number) const { return number == number_ && socket_ != nullptr; }
  Result<void> send(std::uint32_t opcode, std::span<const std::byte> data) { return socket_->send(opcode, data); }
  bool is_open() const { return socket_->is_open(); }
  void close(int code) { socket_->close(code); }
  // 0: what the socket says is ignored.
  std::uint32_t number() const { return number_; }
  // What the socket says is ignored from now on. Returns its number.
  std::uint32_t forget() { return std::exchange(number_, 0U); }
  void set_stall_limit(std::int64_t ns) {
    if (socket_ != nullptr) socket_->set_stall_limit(ns);
  }
  // Allowed inside a callback of the socket too. What is queued for it is never delivered.
  void drop() {
    number_ = 0;
    socket_.reset();
  }

 private:
  LinkContext& link_;
  transport::WsClient::Events& events_;
  std::unique_ptr<transport::WsClient> socket_;
  std::shared_ptr<websocket::AddressMemory> addresses_ = websocket::make_address_memory();
  std::uint32_t number_ = 0;
};

}  // namespace gw::plugin_host
