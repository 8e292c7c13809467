// Frames made by hand from the document's tables, field by field.
#pragma once

#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

namespace angel {

class Bytes {
 public:
  explicit Bytes(std::size_t size) : bytes_(size) {}
  template <class T>
  Bytes& set(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }
  Bytes& text(std::size_t at, std::string_view text) {
    std::memcpy(bytes_.data() + at, text.data(), text.size());
    return *this;
  }
  std::span<const std::byte> all() const { return bytes_; }
  std::span<const std::byte> first(std::size_t n) const { return std::span(bytes_).first(n); }

 private:
  std::vector<std::byte> bytes_;
};

inline constexpr std::int64_t kTimeMs = 1'734'666'469'000;

inline Bytes head(std::size_t size, std::uint8_t mode, std::uint8_t exchange = 1, std::string_view token = "1594") {
  Bytes b(size);
  b.set(0, mode).set(1, exchange).text(2, token);
  return b;
}

inline Bytes ltp_frame(std::uint8_t exchange = 1, std::string_view token = "1594", std::int64_t price = 196'115) {
  return head(51, 1, exchange, token).set(27, std::int64_t{77}).set(35, kTimeMs).set(43, price);
}

inline void fill_quote(Bytes& b) {
  b.set(27, std::int64_t{77}).set(35, kTimeMs).set(43, std::int64_t{196'115});
  b.set(51, std::int64_t{5}).set(59, std::int64_t{196'995}).set(67, std::int64_t{624'787});
  b.set(75, 158'743.0).set(83, 246'562.0);
  b.set(91, std::int64_t{197'515}).set(99, std::int64_t{197'995}).set(107, std::int64_t{196'025});
  b.set(115, std::int64_t{194'620});
}

inline Bytes quote_frame(std::uint8_t exchange = 1, std::string_view token = "1594") {
  Bytes b = head(123, 2, exchange, token);
  fill_quote(b);
  return b;
}

inline void set_best_five(Bytes& b, std::size_t i, std::int16_t flag, std::int64_t quantity, std::int64_t price,
                          std::int16_t orders) {
  const std::size_t at = 147 + i * 20;
  b.set(at, flag).set(at + 2, quantity).set(at + 10, price).set(at + 18, orders);
}

// Five buyers, three sellers.
inline Bytes snap_frame(std::uint8_t exchange = 1, std::string_view token = "1594") {
  Bytes b = head(379, 3, exchange, token);
  fill_quote(b);
  b.set(123, std::int64_t{1'734'666'468}).set(131, std::int64_t{81'872'000}).set(139, 0.104);
  for (std::size_t i = 0; i < 5; ++i)
    set_best_five(b, i, 1, static_cast<std::int64_t>(10 + i), 196'110 - static_cast<std::int64_t>(i), 2);
  for (std::size_t i = 5; i < 8; ++i)
    set_best_five(b, i, 0, static_cast<std::int64_t>(20 + i), 196'115 + static_cast<std::int64_t>(i), 3);
  b.set(347, std::int64_t{214'080}).set(355, std::int64_t{175'160});
  b.set(363, std::int64_t{200'645}).set(371, std::int64_t{135'835});
  return b;
}

// Twenty buyers, nineteen sellers.
inline Bytes depth_frame(std::uint8_t exchange = 1, std::string_view token = "1594") {
  Bytes b = head(443, 4, exchange, token);
  b.set(27, std::int64_t{1'734'667'885'562});
  for (std::size_t i = 0; i < 20; ++i) {
    const auto n = static_cast<std::int32_t>(i);
    b.set(43 + i * 10, std::int32_t{588 + n})
        .set(47 + i * 10, std::int32_t{195'900 - n})
        .set(51 + i * 10, std::int16_t{3});
    if (i < 19)
      b.set(243 + i * 10, std::int32_t{81 + n})
          .set(247 + i * 10, std::int32_t{195'955 + n})
          .set(251 + i * 10, std::int16_t{2});
  }
  return b;
}

}  // namespace angel
