// Kinds of instruments of one exchange whose market hours may differ. Instrument lists say which one an instrument is.
#pragma once

#include <cstdint>

namespace gw {

enum class InstrumentKind : std::uint32_t { other, share_with_derivatives, future, agricultural };
inline constexpr InstrumentKind kInstrumentKinds[] = {InstrumentKind::other, InstrumentKind::share_with_derivatives,
                                                      InstrumentKind::future, InstrumentKind::agricultural};

}  // namespace gw
