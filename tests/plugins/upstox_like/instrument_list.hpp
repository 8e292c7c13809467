// bgw.instruments/1 for Upstox's instrument list, complete.json.gz: a JSON list of flat objects, packed with gzip,
// which the host unpacks. Source: upstox.com/developer/api-documentation/instruments, "JSON Files". Strikes are in
// rupees, tick sizes in hundredths (an option with a tick of 0.05 has 5.0), expiries are the day's last second in
// India.
#pragma once

#include "bgw/abi.h"

namespace upstox_like {

// [load]
const bgw_instruments* instruments_extension();

}  // namespace upstox_like
