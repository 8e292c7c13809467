// SPDX-License-Identifier: Apache-2.0
// bgw/rows.hpp - the rows of an instrument list on their way to the host, for plugins that read their broker's list.
#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "bgw/abi.h"
#include "bgw/symbols.hpp"

namespace bgw {

// A bgw_instrument with texts of its own.
struct Row {
  std::uint64_t place = 0;
  std::string symbol, exchange, broker_symbol, broker_exchange, token, name, type, expiry, exchange_number;
  std::int64_t strike = 0;
  std::int64_t tick_size = 0;
  std::int64_t lot_size = 0;
  std::int32_t price_exponent = 0;  // 0: BGW_PRICE_EXPONENT
  std::int32_t quantity_exponent = 0;
};

// Hands rows over to the host. Shares of NSE wait for the end of the list, since the symbol of each depends on which of
// its series are listed: see ShareNames. [load]
class Rows {
 public:
  explicit Rows(const bgw_instrument_sink& sink) : sink_(sink) {}

  // A share's `symbol` is its broker's spelling.
  void take(Row row) {
    if (row.exchange != "NSE" || row.type != "EQ") return hand_over(row);
    names_.note(row.symbol);
    shares_.push_back(std::move(row));
  }
  // Reports a row that the plugin cannot use. Set what is known of it all the same: a share of NSE with an exchange and
  // a symbol still counts as listed, so that no other series of the share gets its name.
  void skip(const Row& row, const std::string& reason) {
    if (row.exchange == "NSE" && !row.symbol.empty()) names_.note(row.symbol);
    if (BGW_HAS(&sink_, skip)) sink_.skip(sink_.context, row.place, reason.c_str());
  }
  void finish() {
    for (Row& share : shares_) {
      share.symbol = names_.symbol(share.symbol);
      hand_over(share);
    }
    shares_.clear();
  }

 private:
  void hand_over(const Row& from) {
    // The contract's texts end at a NUL: a name with one in it would become another name.
    for (const std::string* text : {&from.symbol, &from.exchange, &from.broker_symbol, &from.broker_exchange,
                                    &from.token, &from.name, &from.type, &from.expiry, &from.exchange_number})
      if (const std::size_t at = text->find('\0'); at != std::string::npos)
        return skip(from, "found a NUL byte behind '" + text->substr(0, at) + "', expected text without one");
    bgw_instrument row{};
    row.size = sizeof row;
    row.place = from.place;
    row.symbol = from.symbol.c_str();
    row.exchange = from.exchange.c_str();
    row.broker_symbol = from.broker_symbol.c_str();
    row.broker_exchange = from.broker_exchange.c_str();
    row.token = from.token.c_str();
    row.name = from.name.c_str();
    row.instrument_type = from.type.c_str();
    row.expiry = from.expiry.c_str();
    row.strike = from.strike;
    row.tick_size = from.tick_size;
    row.lot_size = from.lot_size;
    row.exchange_number = from.exchange_number.c_str();
    row.price_exponent = from.price_exponent;
    row.quantity_exponent = from.quantity_exponent;
    sink_.row(sink_.context, &row);
  }

  const bgw_instrument_sink& sink_;
  ShareNames names_;
  std::vector<Row> shares_;
};

}  // namespace bgw
