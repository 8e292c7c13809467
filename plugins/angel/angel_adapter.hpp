// Angel One's SmartAPI WebSocket Streaming 2.0: a WebSocket whose headers are the login, JSON requests, one binary
// frame a tick. Source: smartapi.angelone.in/docs, "WebSocket Streaming 2.0". No answer ever confirms a subscription:
// its first tick does. Requests that fail are answered with an error.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "angel_requests.hpp"
#include "angel_wire.hpp"
#include "bgw/adapter.hpp"

namespace angel {

inline constexpr const char* kDefaultUrl = "wss://smartapisocket.angelone.in/smart-stream";
inline constexpr std::uint32_t kPerConnection = 1000;  // tokens times modes
inline constexpr std::uint32_t kDeepPerConnection = 50;

// All functions: [adapter]
class AngelAdapter final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override;
  void connect() override;
  void disconnect() override;
  void subscribe(std::span<const bgw_subscription> wanted) override;
  void unsubscribe(std::span<const std::uint32_t> instruments) override;
  void on_open(std::uint32_t connection) override;
  bgw_status on_frame(std::uint32_t connection, std::uint32_t opcode, std::span<const std::byte> frame) override;
  bgw_status on_close(std::uint32_t connection, const bgw::Close& close) override;
  void on_timer(std::uint32_t id) override;

 private:
  // Modes as bits, 1 << Mode.
  struct Held {
    Instrument instrument;
    std::uint32_t modes = 0;  // without what the broker refused
    bool is_index = false;
    bool is_deep = false;  // twenty levels are wanted
  };
  struct Change {
    std::uint32_t handle;
    Instrument instrument;
  };
  using Changes = std::unordered_map<std::uint32_t, std::vector<Change>>;  // by mode
  // What was asked, for the error that may come.
  struct Asked {
    std::string correlation;
    Mode mode;
    std::vector<Change> changes;
  };

  bool let_go(std::uint32_t handle, const Instrument& instrument);
  void set_modes(Held& held, std::uint32_t modes);
  void send(Action action, const Changes& changes);
  void ask(Action action, Mode mode, std::vector<Change> changes);
  void on_text(std::string_view text);
  void on_refused(Asked asked, const ErrorReply& reply);
  void publish_packet(const Held& held, std::uint32_t handle);

  std::string url_;
  std::uint32_t connection_ = 0;
  // What this session has subscribed: by the host's handle, and back from the broker's token.
  std::unordered_map<std::uint32_t, Held> held_;
  std::unordered_map<TokenKey, std::uint32_t> handles_;
  std::uint32_t load_ = 0;  // tokens times modes
  std::uint32_t deep_ = 0;  // tokens in Depth20
  std::uint64_t requests_ = 0;
  std::deque<Asked> asked_;
  Packet packet_;
  bool noted_unknown_ = false;
};

}  // namespace angel
