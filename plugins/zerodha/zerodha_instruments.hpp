// bgw.instruments/1 for Kite's instrument list, GET https://api.kite.trade/instruments.
// Source: kite.trade/docs/connect/v3/market-quotes, "Fetching the full instrument list".
#pragma once

#include "bgw/abi.h"

namespace zerodha {

// [load]
const bgw_instruments* instruments_extension();

}  // namespace zerodha
