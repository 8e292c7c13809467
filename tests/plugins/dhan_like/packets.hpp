// Packets in the layouts of Dhan, for the tests of this folder. Thread: any; pure functions.
// Sources: as dhan_wire.hpp.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace dhan_like {

using Bytes = std::vector<std::byte>;

template <class Number>
void put(Bytes& to, Number number) {
  const auto* begin = reinterpret_cast<const std::byte*>(&number);
  to.insert(to.end(), begin, begin + sizeof number);
}

inline Bytes feed_packet(std::uint8_t code, std::uint8_t segment, std::uint32_t id, const Bytes& body) {
  Bytes out;
  put(out, code);
  put(out, static_cast<std::uint16_t>(body.size() + 8));
  put(out, segment);
  put(out, id);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

inline Bytes ticker(std::uint8_t segment, std::uint32_t id, float price) {
  Bytes body;
  put(body, price);
  put(body, std::uint32_t{1'700'000'000});
  return feed_packet(2, segment, id, body);
}

// The values from offset 8 to 34 of quotes and full packets.
inline Bytes common_body() {
  Bytes body;
  put(body, 24343.9F);
  put(body, std::uint16_t{65});
  put(body, std::uint32_t{1'700'000'000});
  put(body, 24342.87F);
  for (const std::uint32_t value : {1001U, 2002U, 3003U}) put(body, value);  // volume, sellers, buyers
  return body;
}

inline void put_day(Bytes& body) {
  for (const float price : {24300.05F, 24355.5F, 24400.4F, 24290.1F}) put(body, price);  // open, close, high, low
}

inline Bytes quote(std::uint8_t segment, std::uint32_t id) {
  Bytes body = common_body();
  put_day(body);
  return feed_packet(4, segment, id, body);
}

inline void put_levels(Bytes& body) {
  for (std::uint16_t i = 0; i < 5; ++i) {
    put(body, std::uint32_t{100U + i});
    put(body, std::uint32_t{200U + i});
    put(body, static_cast<std::uint16_t>(1 + i));
    put(body, static_cast<std::uint16_t>(11 + i));
    put(body, 24343.9F - 0.05F * static_cast<float>(i));
    put(body, 24344.0F + 0.05F * static_cast<float>(i));
  }
}

inline Bytes full(std::uint8_t segment, std::uint32_t id) {
  Bytes body = common_body();
  for (const std::uint32_t value : {4004U, 5005U, 3003U}) put(body, value);  // open interest, its high and low
  put_day(body);
  put_levels(body);
  return feed_packet(8, segment, id, body);
}

inline Bytes old_depth(std::uint8_t segment, std::uint32_t id) {
  Bytes body;
  put(body, 24343.9F);
  put_levels(body);
  return feed_packet(3, segment, id, body);
}

inline Bytes open_interest(std::uint8_t segment, std::uint32_t id, std::uint32_t value) {
  Bytes body;
  put(body, value);
  return feed_packet(5, segment, id, body);
}

inline Bytes previous_close(std::uint8_t segment, std::uint32_t id, float price) {
  Bytes body;
  put(body, price);
  put(body, std::uint32_t{777});
  return feed_packet(6, segment, id, body);
}

inline Bytes feed_disconnect(std::uint16_t reason) {
  Bytes body;
  put(body, reason);
  return feed_packet(50, 0, 0, body);
}

inline Bytes depth_packet(std::uint8_t code, std::uint8_t segment, std::uint32_t id, std::uint32_t word,
                          const Bytes& body) {
  Bytes out;
  put(out, static_cast<std::uint16_t>(body.size() + 12));
  put(out, code);
  put(out, segment);
  put(out, id);
  put(out, word);
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

// One side with so many rows, best first; the row i has the quantity 10 + i and 1 + i orders.
inline Bytes side(std::uint8_t code, std::uint8_t segment, std::uint32_t id, std::uint32_t rows) {
  Bytes body;
  for (std::uint32_t i = 0; i < rows; ++i) {
    put(body, (code == 41 ? 24343.9 - 0.05 * i : 24344.0 + 0.05 * i));
    put(body, std::uint32_t{10 + i});
    put(body, std::uint32_t{1 + i});
  }
  return depth_packet(code, segment, id, rows, body);
}

inline Bytes depth_disconnect(std::uint32_t reason) { return depth_packet(50, 0, 0, reason, {}); }

inline Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace dhan_like
