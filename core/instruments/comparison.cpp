#include "core/instruments/comparison.hpp"

#include <map>
#include <unordered_set>

#include "bgw/symbols.hpp"

namespace gw::instruments {
namespace {

std::string key(std::string_view symbol, std::string_view exchange) {
  std::string text;
  text.reserve(symbol.size() + exchange.size() + 1);
  text.append(symbol).append(1, '\n').append(exchange);
  return text;
}

}  // namespace

Result<void> check_complete(const Index& known, const std::vector<InstrumentView>& rows, const Expiries& expiries) {
  struct Count {
    std::size_t unexpired = 0;
    std::size_t lacking = 0;  // of the unexpired
    bool is_listed = false;   // the new list has one of its rows, perhaps under another exchange's name
  };
  std::map<std::string_view, Count> counts;
  for (const InstrumentView& row : known.rows()) counts[row.exchange];
  std::unordered_set<std::string> symbols;
  std::unordered_set<std::string> spellings;  // the broker's own: our symbol or exchange may have changed
  for (const InstrumentView& row : rows) {
    symbols.insert(key(row.symbol, row.exchange));
    spellings.insert(key(row.broker_symbol, row.broker_exchange));
    if (const auto count = counts.find(row.exchange); count != counts.end()) count->second.is_listed = true;
  }
  for (const InstrumentView& row : known.rows()) {
    Count& count = counts[row.exchange];
    const bool found = symbols.contains(key(row.symbol, row.exchange)) ||
                       spellings.contains(key(row.broker_symbol, row.broker_exchange));
    if (found) count.is_listed = true;
    if (expiries.is_over(row.exchange, row.expiry)) continue;
    ++count.unexpired;
    if (!found) ++count.lacking;
  }
  std::string whole;
  std::string parts;
  for (const auto& [exchange, count] : counts) {
    const std::string name(exchange);
    if (!count.is_listed)
      whole += ", all of " + name;
    else if (count.lacking * 10 > count.unexpired)
      parts +=
          ", " + std::to_string(count.lacking) + " of " + std::to_string(count.unexpired) + " instruments of " + name;
  }
  if (!parts.empty()) parts += " that are known and have not expired, expected at most a tenth";
  const std::string text = whole + parts;
  if (text.empty()) return {};
  return Error{"lacks" + text.substr(1)};
}

bool same_instrument(const Index& a, const InstrumentView& in_a, const Index& b, const InstrumentView& in_b) {
  if (in_a.exchange_number.empty() || in_b.exchange_number.empty() || a.list().day == 0) return true;
  if (a.list().day != b.list().day || in_a.exchange_number == in_b.exchange_number) return true;
  return in_a.broker_symbol == in_b.broker_symbol && bgw::has_series(in_a.broker_symbol);
}

bool same_instrument(const Index& a, const Index& b, std::string_view symbol, std::string_view exchange) {
  const auto in_a = a.find(symbol, exchange);
  const auto in_b = b.find(symbol, exchange);
  return !in_a || !in_b || same_instrument(a, *in_a, b, *in_b);
}

std::vector<std::string> different_instruments(const Index& here, const Index& other, std::string_view name_of_other) {
  std::vector<std::string> found;
  for (const InstrumentView& row : here.rows()) {
    const auto there = other.find(row.symbol, row.exchange);
    if (!there || same_instrument(here, row, other, *there)) continue;
    found.push_back(std::string(row.symbol) + '.' + std::string(row.exchange) + ": exchange's number " +
                    std::string(row.exchange_number) + " here, " + std::string(there->exchange_number) + " at " +
                    std::string(name_of_other));
  }
  return found;
}

}  // namespace gw::instruments
