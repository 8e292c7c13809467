// What a client writes in bytes after its handshake, and what a server does about it, by RFC 6455.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/raw_client.hpp"
#include "tests/websocket/fixture.hpp"

namespace gw::websocket {

enum : unsigned { fin = 0x80, cont = 0, text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };

// A masked frame whose length takes `form` bytes of extended length (0, 2, 8); -1: the shortest.
inline std::string client_frame(unsigned first, std::string_view payload, int form = -1) {
  static constexpr char kMask[] = {'\x37', '\xfa', '\x21', '\x3d'};
  const std::uint64_t size = payload.size();
  if (form < 0) form = size < 126 ? 0 : size < 65536 ? 2 : 8;
  std::string out(1, static_cast<char>(first));
  out += static_cast<char>(0x80U | (form == 0 ? size : form == 2 ? 126U : 127U));
  for (int i = form - 1; i >= 0; --i) out += static_cast<char>(size >> (8 * i) & 0xff);
  out.append(kMask, 4);
  for (std::size_t i = 0; i < size; ++i) out += static_cast<char>(payload[i] ^ kMask[i % 4]);
  return out;
}

inline std::string close_payload(unsigned code, std::string_view reason = {}) {
  return std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + std::string(reason);
}

inline std::string close_frame(unsigned code) { return client_frame(fin | closing, close_payload(code)); }

struct Talk {
  std::vector<std::string> messages;                     // what the server's owner was told
  std::vector<std::pair<unsigned, std::string>> frames;  // what came back
  int told = 0;                                          // the owner's close code
  bool whole = true;                                     // nothing came back but whole unmasked frames
  int answered() const {                                 // the close code on the wire; 1005: an empty close
    if (frames.empty() || frames.back().first != (fin | closing)) return 1006;
    const std::string& p = frames.back().second;
    return p.size() < 2 ? 1005 : static_cast<unsigned char>(p[0]) << 8 | static_cast<unsigned char>(p[1]);
  }
};

class FrameTalk : public PairTest {
 protected:
  // Until the server's owner is told the end.
  Talk talk(std::string_view bytes, bool by_octets = false) {
    server_.ends.clear();
    support::RawClient raw(io_, server_.port());
    raw.upgrade();
    EXPECT_TRUE(run_until([this] { return !server_.ends.empty() && peer().heard.opened; }));
    try {
      for (std::size_t i = 0; i < bytes.size() && by_octets; ++i) {
        raw.write(bytes.substr(i, 1));
        io_.restart();
        io_.poll();
      }
      if (!by_octets) raw.write(bytes);
    } catch (const boost::system::system_error&) {
      EXPECT_TRUE(peer().heard.closed.has_value()) << "only an ended server takes no more";
    }
    Talk out;
    if (!run_until([this] { return peer().heard.closed.has_value(); })) {
      ADD_FAILURE() << "the server does not end it";
      return out;
    }
    out.messages = peer().heard.messages;
    out.told = peer().heard.code();
    parse(raw.read_to_end(), out);
    return out;
  }

 private:
  static void parse(const std::string& all, Talk& out) {
    std::size_t at = all.find("\r\n\r\n");
    if (at == std::string::npos) return void(out.whole = false);
    at += 4;
    while (at < all.size()) {
      const std::size_t size = at + 1 < all.size() ? static_cast<unsigned char>(all[at + 1]) : 255;
      if (size > 125 || at + 2 + size > all.size()) return void(out.whole = false);
      out.frames.emplace_back(static_cast<unsigned char>(all[at]), all.substr(at + 2, size));
      at += 2 + size;
    }
  }
};

}  // namespace gw::websocket
