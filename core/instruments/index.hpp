// All instruments of one plugin, immutable and shared between threads; a reload makes a new one. Lookups by symbol and
// exchange take nanoseconds and allocate nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/instrument_kind.hpp"

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
  std::string_view exchange_number = {};  // the exchange's own, the same at every broker; empty: not known
};

// What the time of a list is.
enum class ListTime {
  last_modified,  // the server's word on the file
  fetched,        // the server has none: when it was fetched
  given,          // an operator's
  file,           // when the imported file was last written
  day             // an operator's day: its beginning at the exchanges
};

// Which list it is.
struct ListInfo {
  std::int64_t generation = 0;  // grows with each list taken of a plugin; 0: built in
  std::int64_t time_ns = 0;     // 0: built in
  ListTime time_of = ListTime::fetched;
  std::int64_t day = 0;  // of the exchanges, in which time_ns falls; days since 1970
  std::string etag;      // what the server calls it; empty: it has no name
};
// "list of 2026-11-27T03:01:02.000Z", "list fetched at ...", "list of 2026-11-27" where an operator gave the day, or
// "built-in list". A time on another day than the exchanges' is followed by theirs.
std::string name_of(const ListInfo& list);

class Index {
 public:
  // Copies the texts. A second row of the same symbol and exchange is ignored.
  class Builder {
   public:
    explicit Builder(std::size_t expected_rows);
    void add(const InstrumentView& row) { listed_.add(row); }
    // A row that an earlier list had and this one lacks.
    void add_former(const InstrumentView& row) { former_.add(row); }
    void describe(ListInfo list) { list_ = std::move(list); }
    Index build() &&;

   private:
    friend class Index;
    struct Packed {
      void add(const InstrumentView& row);
      std::string arena;
      std::vector<std::uint32_t> ends;    // nine texts a row: the end of each in the arena
      std::vector<std::int64_t> numbers;  // three a row
    };
    Packed listed_;
    Packed former_;
    ListInfo list_;
  };

  Index() = default;
  std::size_t size() const { return listed_.rows.size(); }
  std::optional<InstrumentView> find(std::string_view symbol, std::string_view exchange) const noexcept {
    return listed_.find(symbol, exchange);
  }
  // What a symbol that this list lacks was in the last list that had it, of late: see InstrumentStore. Of the row's
  // fields `name`, `broker_symbol`, `exchange_number`, `tick_size` and `lot_size` are not known.
  std::optional<InstrumentView> former(std::string_view symbol, std::string_view exchange) const noexcept {
    return former_.find(symbol, exchange);
  }
  // Shares count as such with derivatives when the list has contracts of their name at NFO or BFO: not of one at a
  // commodity exchange, where a share's name may be that of a metal.
  InstrumentKind kind_of(const InstrumentView& row) const;
  // The rows that have this token. `broker_exchange` counts only where it is not empty.
  std::vector<InstrumentView> with_token(std::string_view token, std::string_view broker_exchange) const;
  std::span<const InstrumentView> rows() const { return listed_.rows; }
  const ListInfo& list() const { return list_; }
  std::int64_t generation() const { return list_.generation; }
  std::int64_t time_ns() const { return list_.time_ns; }

 private:
  struct Table {
    Table() = default;
    explicit Table(Builder::Packed packed);
    std::optional<InstrumentView> find(std::string_view symbol, std::string_view exchange) const noexcept;
    std::string arena;
    std::vector<InstrumentView> rows;      // texts in the arena
    std::vector<std::uint32_t> by_symbol;  // and exchange; open addressing: row + 1, 0 is free
  };
  Table listed_;
  Table former_;
  std::vector<std::string_view> underlyings_;  // of equity derivatives, sorted
  std::vector<std::uint32_t> by_token_;        // of listed_, as by_symbol; several rows may have one
  ListInfo list_;
};

}  // namespace gw::instruments
