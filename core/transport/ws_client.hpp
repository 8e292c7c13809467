// The WebSocket that the gateway keeps for an adapter: opens, sends, hands frames on as bytes, and notices silence.
// Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/transport/intake_limit.hpp"
#include "core/websocket/connection.hpp"

namespace gw::websocket {
class AddressMemory;
}

namespace gw::transport {

// A peer that takes not one byte in this time does not read. Lost packets do not explain it: TCP sends again several
// times in ten seconds. Nor does a busy program: the peer's system takes bytes in until it has no room left.
inline constexpr std::int64_t kIntakeLimitNs = 10'000'000'000;

struct WsClientOptions {
  std::int64_t stall_limit_ns = 0;                // lost after this time without a frame of any kind; 0: no limit
  std::int64_t intake_limit_ns = kIntakeLimitNs;  // lost when bytes wait for the peer and it takes none for this time
  std::size_t message_limit = 1 << 22;
  std::string ca_file;         // empty: the system's certificates
  bool offer_deflate = false;  // permessage-deflate
  Outgoing outgoing{};
  std::shared_ptr<websocket::AddressMemory> addresses{};  // what earlier connections found; unset: nothing
};

class WsClient final : private websocket::Listener {
 public:
  class Events {
   public:
    virtual void on_open() = 0;
    virtual void on_frame(std::uint32_t opcode, std::span<const std::byte> frame) = 0;  // valid during the call
    virtual void on_close(const websocket::CloseInfo& info) = 0;                        // once per open, or:
    virtual void on_silence(const std::string& reason) = 0;  // no frame of any kind for the stall limit

   protected:
    virtual ~Events() = default;
  };

  WsClient(boost::asio::io_context& io, Events& events, WsClientOptions options);
  ~WsClient() override;

  // Starts to connect. on_open or on_close follows; on_close or on_silence is the end. An error only for an address
  // that is not allowed.
  Result<void> open(const std::string& url, std::vector<websocket::Header> headers);
  Result<void> send(std::uint32_t opcode, std::span<const std::byte> data);
  // At most 125 bytes. While an earlier ping waits to be sent, there is no further one.
  Result<void> ping(std::string_view data);
  void close(int code);
  bool is_open() const { return connection_ != nullptr && connection_->is_open(); }
  // The time without a frame counts from now.
  void set_stall_limit(std::int64_t ns);

 private:
  void on_open() override;
  void on_message(websocket::Opcode opcode, std::string_view payload) override;
  void on_control_frame() override;
  void on_closed(const websocket::CloseInfo& info) override;
  void watch();
  void wait_for_frame();
  void watch_intake();

  struct Watch;
  boost::asio::io_context& io_;
  Events& events_;
  WsClientOptions options_;
  std::shared_ptr<Watch> watch_;
  std::unique_ptr<websocket::Connection> connection_;
  std::int64_t last_frame_ns_ = 0;
  IntakeLimit intake_;
  bool open_ = false;
  std::string where_;  // the URL without secrets, for the log
};

}  // namespace gw::transport
