// A broker with the layouts of Dhan: one adapter object has up to three WebSockets, each a connection class of its own.
// The plain feed carries last prices, quotes and books of 5 levels; a second kind carries books of 20 levels and a
// third one a single book of 200 levels, both with the sides in packets of their own. The feed is the session: a depth
// socket is opened when a book of its levels is wanted, and opened again by itself when it ends. Sources:
// dhanhq.co/docs/v2/live-market-feed and full-market-depth; DhanHQ-py marketfeed.py and fulldepth.py.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "bgw/adapter.hpp"
#include "bgw/tokens.hpp"
#include "dhan_wire.hpp"

namespace dhan_like {

// All functions: [adapter]
class DhanAdapter final : public bgw::BaseBrokerAdapter {
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
  // What the broker has been asked for one instrument.
  struct Held {
    std::uint32_t feed_request = 0;  // 15, 17 or 21; 0: nothing
    Socket book = Socket::kFeed;     // where its book comes from; the feed: 5 levels, or none
    Units units;
    std::string name;  // as requests write it
  };
  struct Link {
    std::uint32_t id = 0;  // 0: closed
    bool is_open = false;
    bool waits = false;         // for its timer, to be opened again
    std::int64_t pause_ns = 0;  // before it is opened again
    // The names of the instruments whose books come from this depth socket, by token.
    std::map<std::uint64_t, std::string> books;
  };
  // One request for one instrument.
  struct Request {
    Socket socket;
    std::uint32_t code;
    std::string name;
  };
  using Requests = std::vector<Request>;

  Link& link(Socket socket) { return links_[static_cast<std::size_t>(socket)]; }
  std::optional<Socket> socket_of(std::uint32_t connection) const;
  void open(Socket socket);
  void reopen_later(Socket socket, std::int64_t pause_ns);
  void ask(const bgw_subscription& wanted, Requests& ended, Requests& begun);
  void let_go(std::uint32_t instrument, Requests& ended);
  void end_book(std::uint64_t token, Held& held, Requests& ended);
  void send(const Requests& ended, const Requests& begun);
  void send_all(const Requests& requests);
  void open_and_close_depth_sockets();
  void take(Socket socket, const RawPacket& raw);
  void on_disconnect(Socket socket, std::uint32_t reason);

  std::array<std::string, kSockets> urls_;
  std::int64_t reopen_ns_ = 0;
  std::array<Link, kSockets> links_;
  bgw::TokenMap<std::uint64_t, Held> tokens_;  // by segment and security id
  std::vector<RawPacket> packets_;
  Packet packet_;
};

}  // namespace dhan_like
