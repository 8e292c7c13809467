// All instruments of one plugin, immutable and shared between threads; a reload makes a new one. Lookups by symbol and
// exchange take nanoseconds and allocate nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gw::instruments {

// One instrument; the texts live as long as the Index (or the row) they came from.
struct InstrumentView {
  std::string_view symbol;
  std::string_view exchange;
  std::string_view broker_symbol;
  std::string_view broker_exchange;
  std::string_view token;
  std::string_view name;
  std::string_view instrument_type;
  std::string_view expiry;     // "YYYY-MM-DD" or empty
  std::int64_t strike = 0;     // 1e-9
  std::int64_t tick_size = 0;  // 1e-9
  std::int64_t lot_size = 0;
};

class Index {
 public:
  // Copies the texts. A second row of the same symbol and exchange is ignored.
  class Builder {
   public:
    explicit Builder(std::size_t expected_rows);
    void add(const InstrumentView& row);
    Index build() &&;

   private:
    friend class Index;
    std::string arena_;
    std::vector<std::uint32_t> ends_;    // eight texts a row: the end of each in the arena
    std::vector<std::int64_t> numbers_;  // three a row
  };

  Index() = default;
  std::size_t size() const { return rows_.size(); }
  std::optional<InstrumentView> find(std::string_view symbol, std::string_view exchange) const noexcept;
  // Whether a row has this token. `broker_exchange` counts only where it is not empty.
  bool has_token(std::string_view token, std::string_view broker_exchange) const noexcept;
  std::span<const InstrumentView> rows() const { return rows_; }

 private:
  std::string arena_;
  std::vector<InstrumentView> rows_;     // texts in arena_
  std::vector<std::uint32_t> table_;     // by symbol and exchange; open addressing: row + 1, 0 is free
  std::vector<std::uint32_t> by_token_;  // the same by token; several rows may have one
};

}  // namespace gw::instruments
