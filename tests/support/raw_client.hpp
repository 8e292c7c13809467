// A client that writes whatever bytes a test wants, and reads what comes back, blocking.
#pragma once

#include <string>
#include <string_view>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

namespace gw::support {

// One masked frame; `first` is its first byte (FIN, RSV and opcode).
inline std::string raw_frame(unsigned first, std::string_view payload) {
  static constexpr char kKey[] = {'k', 'e', 'y', '!'};
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) {
    out += static_cast<char>(0x80U | payload.size());
  } else {
    out += static_cast<char>(0x80U | 126U);
    out += static_cast<char>(payload.size() >> 8);
    out += static_cast<char>(payload.size() & 0xff);
  }
  out.append(kKey, sizeof kKey);
  for (std::size_t i = 0; i < payload.size(); ++i) out += static_cast<char>(payload[i] ^ kKey[i % sizeof kKey]);
  return out;
}

class RawClient {
 public:
  RawClient(boost::asio::io_context& io, unsigned short port) : socket_(io) {
    socket_.connect({boost::asio::ip::make_address("127.0.0.1"), port});
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }
  void write(std::string_view bytes) { boost::asio::write(socket_, boost::asio::buffer(bytes)); }
  // Reads on until `end` has come.
  std::string read_until(std::string_view end) {
    std::string all;
    char c = 0;
    while (!all.ends_with(end) && socket_.read_some(boost::asio::buffer(&c, 1)) == 1) all += c;
    return all;
  }
  void upgrade() { write(upgrade_request()); }
  static std::string upgrade_request() {
    return "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n";
  }
  // Everything until the server ends the connection.
  std::string read_to_end() {
    std::string all;
    char block[4096];
    boost::system::error_code ec;
    while (const std::size_t n = socket_.read_some(boost::asio::buffer(block), ec)) {
      all.append(block, n);
      if (ec) break;
    }
    return all;
  }

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace gw::support
