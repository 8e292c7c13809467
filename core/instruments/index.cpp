#include "core/instruments/index.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/base/clock.hpp"
#include "core/base/dates.hpp"

namespace gw::instruments {
namespace {

constexpr std::size_t kTexts = 9;
constexpr std::size_t kNumbers = 4;

std::int64_t packed(Exponents e) { return e.price * 256 + (e.quantity + 128); }
Exponents exponents_of(std::int64_t number) {
  const auto quantity = static_cast<std::int8_t>((number & 255) - 128);
  return {static_cast<std::int8_t>((number - (quantity + 128)) / 256), quantity};
}

std::uint64_t hash_of(std::string_view symbol, std::string_view exchange) noexcept {
  std::uint64_t h = 0xcbf29ce484222325U;
  const auto mix = [&h](std::string_view text) {
    for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  };
  mix(symbol);
  h = (h ^ 0xffU) * 0x100000001b3U;
  mix(exchange);
  return h ^ h >> 32;
}

// The underlyings of MCX's agricultural contracts, as brokers' lists name them, and MCX's agricultural index. A new
// underlying that is missing here is judged by the hours of metals and energy.
constexpr std::string_view kAgricultural[] = {"CARDAMOM",   "CASTOR",     "CASTORSEED", "COTTON",
                                              "COTTONCNDY", "COTTONOIL",  "CPO",        "KAPAS",
                                              "MENTHAOIL",  "RBDPMOLEIN", "RUBBER",     "MCXAGRI"};

bool is_agricultural(std::string_view name) {
  return std::find(std::begin(kAgricultural), std::end(kAgricultural), name) != std::end(kAgricultural);
}

}  // namespace

Index::Builder::Builder(std::size_t expected_rows) {
  listed_.arena.reserve(expected_rows * 64);
  listed_.ends.reserve(expected_rows * kTexts);
  listed_.numbers.reserve(expected_rows * kNumbers);
}

void Index::Builder::Packed::add(const InstrumentView& r) {
  for (const std::string_view text : {r.symbol, r.exchange, r.broker_symbol, r.broker_exchange, r.token, r.name,
                                      r.instrument_type, r.expiry, r.exchange_number}) {
    arena.append(text);
    ends.push_back(static_cast<std::uint32_t>(arena.size()));
  }
  for (const std::int64_t number : {r.strike, r.tick_size, r.lot_size, packed(r.exponents)}) numbers.push_back(number);
}

Index::Table::Table(Builder::Packed packed) {
  // A short string lives inside its object, so a move would leave the rows' views behind: the arena is never short.
  packed.arena.reserve(std::max<std::size_t>(packed.arena.size(), 64));
  arena = std::move(packed.arena);
  const std::size_t count = packed.ends.size() / kTexts;
  rows.reserve(count);
  by_symbol.assign(std::bit_ceil(std::max<std::size_t>(16, count * 2)), 0);
  const std::size_t mask = by_symbol.size() - 1;
  std::uint32_t begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::array<std::string_view, kTexts> text;
    for (std::size_t k = 0; k < kTexts; ++k) {
      const std::uint32_t end = packed.ends[i * kTexts + k];
      text[k] = std::string_view(arena).substr(begin, end - begin);
      begin = end;
    }
    std::size_t at = hash_of(text[0], text[1]) & mask;
    while (by_symbol[at] != 0) {
      const InstrumentView& other = rows[by_symbol[at] - 1];
      if (other.symbol == text[0] && other.exchange == text[1]) break;
      at = (at + 1) & mask;
    }
    if (by_symbol[at] != 0) continue;
    const std::int64_t* n = &packed.numbers[i * kNumbers];
    rows.push_back({text[0], text[1], text[2], text[3], text[4], text[5], text[6], text[7], n[0], n[1], n[2], text[8],
                    exponents_of(n[3])});
    by_symbol[at] = static_cast<std::uint32_t>(rows.size());
  }
}

Index Index::Builder::build() && {
  Index index;
  index.list_ = std::move(list_);
  index.listed_ = Table(std::move(listed_));
  index.former_ = Table(std::move(former_));
  const auto& rows = index.listed_.rows;
  index.by_token_.assign(index.listed_.by_symbol.size(), 0);
  const std::size_t mask = index.by_token_.size() - 1;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::size_t at = hash_of(rows[i].token, {}) & mask;
    while (index.by_token_[at] != 0) at = (at + 1) & mask;
    index.by_token_[at] = static_cast<std::uint32_t>(i + 1);
  }
  auto& underlyings = index.underlyings_;
  for (const InstrumentView& row : rows)
    if ((row.exchange == "NFO" || row.exchange == "BFO") && (underlyings.empty() || underlyings.back() != row.name))
      underlyings.push_back(row.name);
  std::sort(underlyings.begin(), underlyings.end());
  underlyings.erase(std::unique(underlyings.begin(), underlyings.end()), underlyings.end());
  index.words_ = WordIndex(rows);
  return index;
}

InstrumentKind Index::kind_of(const InstrumentView& row) const {
  if ((row.exchange == "MCX" || row.exchange == "MCX_INDEX") &&
      (is_agricultural(row.name) || is_agricultural(row.symbol)))
    return InstrumentKind::agricultural;
  if (row.instrument_type == "FUT") return InstrumentKind::future;
  if (row.instrument_type == "EQ" && std::binary_search(underlyings_.begin(), underlyings_.end(), row.symbol))
    return InstrumentKind::share_with_derivatives;
  return InstrumentKind::other;
}

std::vector<InstrumentView> Index::with_token(std::string_view token, std::string_view broker_exchange) const {
  std::vector<InstrumentView> found;
  if (by_token_.empty()) return found;
  const std::size_t mask = by_token_.size() - 1;
  for (std::size_t at = hash_of(token, {}) & mask; by_token_[at] != 0; at = (at + 1) & mask) {
    const InstrumentView& row = listed_.rows[by_token_[at] - 1];
    if (row.token == token && (broker_exchange.empty() || row.broker_exchange == broker_exchange)) found.push_back(row);
  }
  return found;
}

std::optional<InstrumentView> Index::Table::find(std::string_view symbol, std::string_view exchange) const noexcept {
  if (by_symbol.empty()) return std::nullopt;
  const std::size_t mask = by_symbol.size() - 1;
  for (std::size_t at = hash_of(symbol, exchange) & mask; by_symbol[at] != 0; at = (at + 1) & mask) {
    const InstrumentView& row = rows[by_symbol[at] - 1];
    if (row.symbol == symbol && row.exchange == exchange) return row;
  }
  return std::nullopt;
}

std::string name_of(const ListInfo& list) {
  if (list.time_ns == 0) return "built-in list";
  if (list.time_of == ListTime::day) return "list of " + iso_day(list.day);
  std::string name = (list.time_of == ListTime::fetched ? "list fetched at " : "list of ") + iso_time(list.time_ns);
  if (list.day != 0 && list.day != day_at(list.time_ns, 0)) name += ", " + iso_day(list.day) + " at the exchanges";
  return name;
}

}  // namespace gw::instruments
