// bgw.credentials/1 by GET https://api.kite.trade/user/profile, which any token of the account may read.
// Source: kite.trade/docs/connect/v3/user, "User profile"; kite.trade/docs/connect/v3/exceptions.
#pragma once

#include "bgw/abi.h"

namespace zerodha {

// [load]
const bgw_credentials* credentials_extension();

}  // namespace zerodha
