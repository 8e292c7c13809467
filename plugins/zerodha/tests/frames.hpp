// Kite frames made by hand, field by field, for the tests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace zerodha {

inline constexpr std::uint32_t kInfy = 408'065;   // NSE
inline constexpr std::uint32_t kNifty = 256'265;  // an index

class Bytes {
 public:
  Bytes& u16(std::uint32_t v) { return byte(v >> 8).byte(v); }
  Bytes& u32(std::uint32_t v) { return u16(v >> 16).u16(v & 0xffffU); }
  Bytes& i32(std::int32_t v) { return u32(static_cast<std::uint32_t>(v)); }
  Bytes& zeros(std::size_t count) {
    all_.resize(all_.size() + count);
    return *this;
  }
  Bytes& add(const Bytes& other) {
    all_.insert(all_.end(), other.all_.begin(), other.all_.end());
    return *this;
  }
  const std::vector<std::byte>& all() const { return all_; }
  std::size_t size() const { return all_.size(); }

 private:
  Bytes& byte(std::uint32_t v) {
    all_.push_back(static_cast<std::byte>(v & 0xffU));
    return *this;
  }
  std::vector<std::byte> all_;
};

inline Bytes frame_of(const std::vector<Bytes>& packets) {
  Bytes frame;
  frame.u16(static_cast<std::uint32_t>(packets.size()));
  for (const Bytes& packet : packets) frame.u16(static_cast<std::uint32_t>(packet.size())).add(packet);
  return frame;
}

inline Bytes ltp_packet(std::uint32_t token, std::int32_t ltp) { return Bytes().u32(token).i32(ltp); }

inline Bytes index_packet(std::uint32_t token) {
  return Bytes().u32(token).i32(2'434'390).i32(2'436'500).i32(2'429'680).i32(2'436'190).i32(2'439'585).i32(-5195);
}

inline Bytes quote_packet(std::uint32_t token) {
  return Bytes()
      .u32(token)
      .i32(157'315)
      .u32(1)
      .i32(157'033)
      .u32(1'175'986)
      .u32(256'511)
      .u32(360'503)
      .i32(156'915)
      .i32(157'500)
      .i32(156'105)
      .i32(156'780);
}

inline Bytes full_packet(std::uint32_t token, std::uint32_t trade_time, std::uint32_t exchange_time) {
  Bytes p = quote_packet(token);
  p.u32(trade_time).u32(11).u32(22).u32(10).u32(exchange_time);
  for (std::uint32_t i = 0; i < 5; ++i)
    p.u32(100 + i).i32(157'300 - static_cast<std::int32_t>(i) * 5).u16(i + 1).u16(0);
  for (std::uint32_t i = 0; i < 3; ++i)
    p.u32(200 + i).i32(157'320 + static_cast<std::int32_t>(i) * 5).u16(i + 1).u16(0);
  return p.zeros(24);
}

}  // namespace zerodha
