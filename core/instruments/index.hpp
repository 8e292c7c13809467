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

#include "core/base/exponents.hpp"
#include "core/base/instrument_kind.hpp"
#include "core/instruments/word_index.hpp"

namespace gw::instruments {

// One instrument; the texts live as long as the Index (or the row) that they come from.
struct InstrumentView {
  std::string_view symbol;
  std::string_view exchange;
  std::string_view broker_symbol;
  std::string_view broker_exchange;
  std::string_view token;
  std::string_view name;
  std::string_view instrument_type;
  std::string_view expiry;                // "YYYY-MM-DD" or empty
  std::int64_t strike = 0;                // price
  std::int64_t tick_size = 0;             // price
  std::int64_t lot_size = 0;              // quantity
  std::string_view exchange_number = {};  // the exchange's own, the same at every broker; empty: unknown
  Exponents exponents{};                  // of its prices and quantities
};

// Where the time of a list comes from.
enum class ListTime {
  last_modified,  // the server's Last-Modified
  fetched,        // the server gave no time: when the list was fetched
  given,          // an operator gave it
  file,           // when the imported file was last written
  day             // an operator gave the day: its beginning at the exchanges
};

// Which list an Index was made of.
struct ListInfo {
  std::int64_t generation = 0;  // grows with each list taken of a plugin; 0: built in
  std::int64_t time_ns = 0;     // 0: built in
  ListTime time_of = ListTime::fetched;
  std::int64_t day = 0;  // the exchanges' day of time_ns, in days since 1970; 0: unknown
  std::string etag;      // the server's name for it; empty: none
};
// "list of 2026-11-27T03:01:02.000Z", "list fetched at ...", "list of 2026-11-27" where an operator gave the day, or
// "built-in list". If the exchanges' day differs from the day of that time in UTC, the name ends with the exchanges'
// day.
std::string name_of(const ListInfo& list);

class Index {
 public:
  // Copies the texts. A second row with the same symbol and exchange is ignored.
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
      std::vector<std::int64_t> numbers;  // four a row; the exponents are the last
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
  // The row of an instrument that this list lacks, from the last list that had it; InstrumentStore says how long it is
  // remembered. Its `name`, `broker_symbol`, `exchange_number`, `tick_size` and `lot_size` are unknown.
  std::optional<InstrumentView> former(std::string_view symbol, std::string_view exchange) const noexcept {
    return former_.find(symbol, exchange);
  }
  // A share counts as share_with_derivatives when the list has contracts of its name at NFO or BFO. Contracts at
  // commodity exchanges do not count: there a metal may have the name of a share.
  InstrumentKind kind_of(const InstrumentView& row) const;
  // The rows with this token and, unless `broker_exchange` is empty, with this broker_exchange.
  std::vector<InstrumentView> with_token(std::string_view token, std::string_view broker_exchange) const;
  std::span<const InstrumentView> rows() const { return listed_.rows; }
  // By which words the rows are found.
  const WordIndex& words() const { return words_; }
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
    std::vector<std::uint32_t> by_symbol;  // and exchange, open addressing: row + 1, 0: free
  };
  Table listed_;
  Table former_;
  std::vector<std::string_view> underlyings_;  // of equity derivatives, sorted
  std::vector<std::uint32_t> by_token_;        // of listed_, like by_symbol; rows may share a token
  WordIndex words_;                            // of listed_
  ListInfo list_;
};

}  // namespace gw::instruments
