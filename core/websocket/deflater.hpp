// Compresses messages one by one for peers that negotiated permessage-deflate (RFC 7692), without context takeover: one
// result serves every such connection. One thread at a time.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

struct z_stream_s;

namespace gw::websocket {

// The window of every message, whatever the peer asked for: smaller windows are not negotiated.
inline constexpr int kDeflateWindowBits = 12;

class Deflater {
 public:
  Deflater();
  ~Deflater();
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  // Bytes that deflate() may write for a payload of `length` bytes.
  std::size_t bound(std::size_t length) const noexcept;
  // Writes the payload of a frame that begins with compressed_frame_header(). Returns its length. Never allocates.
  std::size_t deflate(std::string_view payload, char* out) noexcept;

 private:
  std::unique_ptr<z_stream_s> stream_;
};

}  // namespace gw::websocket
