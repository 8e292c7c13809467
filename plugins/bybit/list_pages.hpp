// Reads pages of Bybit's instrument list: JSON objects one after the other, each whole before its rows are handed on.
// Any thread. Source: bybit-exchange.github.io/docs, v5/market/instrument.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"

namespace bybit {

// The values of one instrument as texts; empty: there is none.
struct ListRow {
  std::uint64_t number = 0;  // in all pages, from 1
  std::string symbol, contract_type, status, base, quote, delivery_time, price_scale, tick_size, max_price,
      quantity_step, base_precision, min_quantity, max_quantity;
};

struct ListPage {
  std::string code;  // "retCode"; "0": the request succeeded
  std::string message;
  std::string category;
  std::string cursor;  // "nextPageCursor"; empty: this is the last page
  bool has_list = false;
  std::vector<ListRow> rows;
};

// Hands each page over. The result is the problem with the text as a whole; empty: none.
std::string read_pages(const bgw_instrument_source& source, const std::function<std::string(const ListPage&)>& take);
// Reads one page.
std::string read_page(std::string_view text, ListPage& out);

}  // namespace bybit
