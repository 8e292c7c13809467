// Any bytes on a client's socket once it is open: whole text messages are UTF-8, nothing comes after the end, and the
// end comes.
#include <iconv.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "core/websocket/connection.hpp"

namespace {

using namespace gw::websocket;

constexpr std::string_view kUpgrade =
    "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate\r\n\r\n";
constexpr std::size_t kMax = 32 * 1024;  // what a socket takes at once

bool is_utf8(std::string text) {
  static const iconv_t to_code_points = ::iconv_open("UTF-32LE", "UTF-8");
  std::vector<char> out(4 * text.size() + 4);
  char* from = text.data();
  char* to = out.data();
  std::size_t left = text.size(), room = out.size();
  return ::iconv(to_code_points, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
}

class Owner final : public Listener {
 public:
  void on_open() override { open = true; }
  void on_message(Opcode opcode, std::string_view payload) override {
    if (!open || closed) std::abort();
    if (payload.size() > kMessageLimit) std::abort();
    if (opcode == Opcode::text && !is_utf8(std::string(payload))) std::abort();
  }
  void on_closed(const CloseInfo& info) override {
    if (closed || info.code < 1000) std::abort();
    closed = true;
  }
  static constexpr std::size_t kMessageLimit = 4096;
  bool open = false;
  bool closed = false;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > kMax) return 0;
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) std::abort();
  boost::asio::io_context io;
  boost::asio::ip::tcp::socket socket(io);
  socket.assign(boost::asio::ip::tcp::v4(), ends[0]);
  ServerOptions options;
  options.message_limit = Owner::kMessageLimit;
  options.compression = size % 2 == 0;
  Owner owner;
  const auto connection = Connection::accept(std::move(socket), options, owner);
  const auto say = [&](const void* bytes, std::size_t count) {
    for (const char* at = static_cast<const char*>(bytes); count != 0;) {
      const ssize_t sent = ::send(ends[1], at, count, MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) return;
      at += sent;
      count -= static_cast<std::size_t>(sent);
    }
  };
  say(kUpgrade.data(), kUpgrade.size());
  while (!owner.open && !owner.closed) io.run_one();
  if (!owner.open) std::abort();
  say(data, size);
  ::shutdown(ends[1], SHUT_WR);
  while (!owner.closed) io.run_one();
  ::close(ends[1]);
  return 0;
}
