// One WebSocket of an adapter, under the number by which the adapter knows it. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/transport/timers.hpp"
#include "core/transport/ws_client.hpp"

namespace gw::plugin_host {

class AdapterSocket final : private transport::WsClient::Events {
 public:
  // What a socket says. The socket may be dropped in any of these calls.
  class Owner {
   public:
    virtual void on_open(AdapterSocket& socket) = 0;
    virtual void on_frame(AdapterSocket& socket, std::uint32_t opcode, std::span<const std::byte> frame) = 0;
    // Either is the end of it.
    virtual void on_close(AdapterSocket& socket, const websocket::CloseInfo& info) = 0;
    virtual void on_silence(AdapterSocket& socket, const std::string& reason) = 0;

   protected:
    ~Owner() = default;
  };

  // `number` is that of no other socket, ever. `connection_class` is an index into the limits' classes, or 0.
  AdapterSocket(LinkContext& link, Owner& owner, std::uint32_t number, std::uint32_t connection_class,
                transport::WsClientOptions options);

  Result<void> open(const std::string& url, std::vector<websocket::Header> headers, std::int64_t ping_interval_ns);
  Result<void> send(std::uint32_t opcode, std::span<const std::byte> data) { return client_.send(opcode, data); }
  Result<void> ping(std::string_view data) { return client_.ping(data); }
  bool is_open() const { return client_.is_open(); }
  void close(int code) { client_.close(code); }
  std::uint32_t number() const { return number_; }
  std::uint32_t connection_class() const { return class_; }
  // For people: "socket 3 (spot)", with the class where there is more than one.
  std::string name() const;
  void set_stall_limit(std::int64_t ns) { client_.set_stall_limit(ns); }

 private:
  void on_open() override;
  void on_frame(std::uint32_t opcode, std::span<const std::byte> frame) override {
    owner_.on_frame(*this, opcode, frame);
  }
  void on_close(const websocket::CloseInfo& info) override { owner_.on_close(*this, info); }
  void on_silence(const std::string& reason) override { owner_.on_silence(*this, reason); }

  LinkContext& link_;
  Owner& owner_;
  const std::uint32_t number_;
  const std::uint32_t class_;
  std::int64_t ping_interval_ns_ = 0;
  transport::WsClient client_;
  transport::Timers pings_;  // timer 0: the next ping
};

}  // namespace gw::plugin_host
