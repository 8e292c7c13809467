// Bybit's instrument lists, linear and then spot, in as many pages as they have. Any thread. Source:
// bybit-exchange.github.io/docs, v5/market/instrument.
#pragma once

#include "bgw/abi.h"

namespace bybit {

const bgw_instruments* instruments_extension();

}  // namespace bybit
