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

struct ParsedInstruments {
  bgw_status status = BGW_OK;
  std::string error;
  std::vector<std::string> rows;   // "SYMBOL.EXCHANGE token"
  std::vector<std::string> skips;  // "place: reason"
  bgw_instrument last{};           // numbers only: the row's texts are gone
  std::string last_texts;          // of the last row: broker_symbol broker_exchange name type expiry, with '|' between
};

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
  const bgw_instrument_sink sink{
      sizeof sink, 0, &out,
      [](void* context, const bgw_instrument* row) {
        auto& o = *static_cast<ParsedInstruments*>(context);
        o.rows.push_back(std::string(row->symbol) + '.' + row->exchange + ' ' + row->token);
        o.last = *row;
        o.last_texts = std::string(row->broker_symbol) + '|' + row->broker_exchange + '|' + row->name + '|' +
                       row->instrument_type + '|' + row->expiry;
      },
      [](void* context, std::uint64_t place, const char* reason) {
        static_cast<ParsedInstruments*>(context)->skips.push_back(std::to_string(place) + ": " + reason);
      }};
  bgw_error error{};
  out.status = extension.parse(&source, &sink, &error);
  out.error = error.message;
  return out;
}

}  // namespace bgw::testing
