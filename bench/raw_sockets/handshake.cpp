#include "raw_sockets/handshake.hpp"

#include <openssl/evp.h>

#include <array>

namespace bench {

std::string upgrade_answer(std::string_view request) {
  constexpr std::string_view kHeader = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(kHeader);
  if (at == std::string_view::npos) return {};
  std::string text(request.substr(at + kHeader.size(), request.find('\r', at) - at - kHeader.size()));
  text += "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest;
  unsigned int size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  std::array<unsigned char, 64> encoded;
  const int length = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(size));
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: " +
         std::string(encoded.begin(), encoded.begin() + length) + "\r\n\r\n";
}

}  // namespace bench
