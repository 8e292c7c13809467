#include "core/websocket/deflater.hpp"

#include <new>

#include <zlib.h>

namespace gw::websocket {
namespace {

constexpr int kLevel = 1;
constexpr int kMemoryLevel = 5;           // 32 KB in all, which is little to make ready for the next message
constexpr std::size_t kFlushMarker = 4;   // 00 00 ff ff, which the standard leaves away
constexpr std::size_t kBeyondBound = 16;  // the marker, and one byte that stays free: otherwise zlib may want to go on

}  // namespace

Deflater::Deflater() : stream_(std::make_unique<z_stream_s>()) {
  if (deflateInit2(stream_.get(), kLevel, Z_DEFLATED, -kDeflateWindowBits, kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc();
}

Deflater::~Deflater() { deflateEnd(stream_.get()); }

std::size_t Deflater::bound(std::size_t length) const noexcept {
  return deflateBound(stream_.get(), length) + kBeyondBound;
}

std::size_t Deflater::deflate(std::string_view payload, char* out) noexcept {
  z_stream_s& stream = *stream_;
  deflateReset(&stream);
  // zlib only reads from there.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(payload.data()));
  stream.avail_in = static_cast<uInt>(payload.size());
  stream.next_out = reinterpret_cast<Bytef*>(out);
  stream.avail_out = static_cast<uInt>(bound(payload.size()));
  ::deflate(&stream, Z_SYNC_FLUSH);
  return static_cast<std::size_t>(stream.total_out) - kFlushMarker;
}

}  // namespace gw::websocket
