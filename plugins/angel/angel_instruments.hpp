// Angel's instrument list, the ScripMaster (JSON), as rows. Source: smartapi.angelone.in/docs, "Instruments".
#pragma once

#include "bgw/abi.h"

namespace angel {

const bgw_instruments* instruments_extension();

}  // namespace angel
