// Compares two instrument lists: a new one with the one in use, and those of two brokers. Any thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/instruments/expiries.hpp"
#include "core/instruments/index.hpp"

namespace gw::instruments {

// Fails when the new rows seem cut off. The error names each known exchange of which there is no row at all, and each
// of which more than a tenth of the known rows that have not expired are missing.
Result<void> check_complete(const Index& known, const std::vector<InstrumentView>& rows, const Expiries& expiries);

// Whether what two brokers list under one name may be the same instrument, so that one broker may stand in for the
// other. It is not when both lists are of the same day and give different exchange's numbers. A share that both brokers
// spell alike with its series ("ABC-BE") is the same instrument whatever the numbers: brokers give such series numbers
// of different segments, and the spelling is NSE's own. True also when one of the brokers does not list it.
bool same_instrument(const Index& a, const Index& b, std::string_view symbol, std::string_view exchange);
bool same_instrument(const Index& a, const InstrumentView& in_a, const Index& b, const InstrumentView& in_b);

// The names that are not the same instrument in both lists, as "SYMBOL.EXCHANGE: exchange's number 1234 here, 5678 at
// OTHER".
std::vector<std::string> different_instruments(const Index& here, const Index& other, std::string_view name_of_other);

}  // namespace gw::instruments
