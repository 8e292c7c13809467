// SPDX-License-Identifier: Apache-2.0
// bgw/testing/parse_instruments.hpp - runs a text through a plugin's bgw.instruments/1, for plugins' own tests.
#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"

namespace bgw::testing {

// A row as the plugin handed it over; a text that it left NULL is "".
struct ParsedRow {
  std::uint64_t place = 0;
  std::string symbol, exchange, broker_symbol, broker_exchange, token, name, type, expiry, exchange_number;
  std::int64_t strike = 0;
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 0;
  std::int32_t price_exponent = 0;
  std::int32_t quantity_exponent = 0;
};

struct ParsedInstruments {
  bgw_status status = BGW_OK;
  std::string error;
  std::vector<std::string> rows;   // "SYMBOL.EXCHANGE token"
  std::vector<ParsedRow> whole;    // the same rows with all that they say
  std::vector<std::string> skips;  // "place: reason"
  bgw_instrument last{};           // numbers only: the row's texts are gone
  std::string last_texts;          // of the last row: broker_symbol broker_exchange name type expiry, with '|' between
};

namespace detail {

inline bgw_instrument_sink sink_into(ParsedInstruments& out) {
  return {sizeof(bgw_instrument_sink), 0, &out,
          [](void* context, const bgw_instrument* row) {
            const auto text = [](const char* given) { return std::string(given != nullptr ? given : ""); };
            auto& o = *static_cast<ParsedInstruments*>(context);
            const ParsedRow& made = o.whole.emplace_back(
                ParsedRow{row->place, text(row->symbol), text(row->exchange), text(row->broker_symbol),
                          text(row->broker_exchange), text(row->token), text(row->name), text(row->instrument_type),
                          text(row->expiry), text(row->exchange_number), row->strike, row->tick_size, row->lot_size,
                          row->price_exponent, row->quantity_exponent});
            o.rows.push_back(made.symbol + '.' + made.exchange + ' ' + made.token);
            o.last = *row;
            o.last_texts =
                made.broker_symbol + '|' + made.broker_exchange + '|' + made.name + '|' + made.type + '|' + made.expiry;
          },
          [](void* context, std::uint64_t place, const char* reason) {
            static_cast<ParsedInstruments*>(context)->skips.push_back(std::to_string(place) + ": " +
                                                                      (reason != nullptr ? reason : ""));
          }};
}

}  // namespace detail

// The rows that a plugin brings itself.
inline ParsedInstruments builtin_instruments(const bgw_instruments& extension) {
  ParsedInstruments out;
  const bgw_instrument_sink sink = detail::sink_into(out);
  bgw_error error{};
  out.status = extension.builtin(&sink, &error);
  out.error = error.message;
  return out;
}

// `chunk`: how many bytes the plugin gets at a time.
inline ParsedInstruments parse_instruments(const bgw_instruments& extension, std::string_view text,
                                           std::size_t chunk = 1 << 20) {
  struct Source {
    std::string_view rest;
    std::size_t chunk;
  } from{text, chunk};
  ParsedInstruments out;
  const bgw_instrument_source source{sizeof source, 0, &from, [](void* context, void* buffer, std::size_t capacity) {
                                       auto& s = *static_cast<Source*>(context);
                                       const std::size_t n = std::min({capacity, s.chunk, s.rest.size()});
                                       std::memcpy(buffer, s.rest.data(), n);
                                       s.rest.remove_prefix(n);
                                       return n;
                                     }};
  const bgw_instrument_sink sink = detail::sink_into(out);
  bgw_error error{};
  out.status = extension.parse(&source, &sink, &error);
  out.error = error.message;
  return out;
}

}  // namespace bgw::testing
