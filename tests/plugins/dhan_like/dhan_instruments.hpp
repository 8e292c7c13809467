// Turns Dhan's list of instruments, api-scrip-master.csv, into rows. Thread: any; no state.
// Source: images.dhan.co/api-data/api-scrip-master.csv (its 16 columns; tick sizes are in paise).
#pragma once

#include "bgw/abi.h"

namespace dhan_like {

const bgw_instruments* instruments_extension();

}  // namespace dhan_like
