// What two lists say of the same instruments: a new one beside the one in use, and two brokers' beside each other.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/instruments/expiries.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

// A list that was cut off is an error: it names each known exchange of which the new rows have none, expired or not,
// and each of which they lack more than a tenth of the known rows that have not expired.
Result<void> check_complete(const Index& known, const std::vector<InstrumentView>& rows, const Expiries& expiries);

// Whether what two brokers list under one name may be the same instrument, so that one of them may stand in for the
// other: not when both give the exchange's own number of it, in lists of one day, and the numbers differ. A share that
// both spell alike with its series ("ABC-BE") is the same instrument whatever the numbers: brokers give such series
// numbers of different segments, and the spelling is NSE's own. True also where one of them does not list it.
bool same_instrument(const Index& a, const Index& b, std::string_view symbol, std::string_view exchange);
bool same_instrument(const Index& a, const InstrumentView& in_a, const Index& b, const InstrumentView& in_b);

// What is not the same instrument, as "SYMBOL.EXCHANGE: exchange's number 1234 here, 5678 at OTHER".
std::vector<std::string> different_instruments(const Index& here, const Index& other, std::string_view name_of_other);

}  // namespace gw::instruments
