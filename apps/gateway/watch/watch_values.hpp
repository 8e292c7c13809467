// The newest prices and the newest book of one instrument, as a watch shows them. [any]
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace gw::app {

struct BookLevel {
  std::string price;
  std::string quantity;
  std::string orders;  // empty: the broker does not say
  double amount = 0;   // the quantity, for the bar
};

class WatchValues {
 public:
  // Takes the values of a market_data message; what it does not carry stays as it was. `now`: seconds of a clock that
  // never jumps.
  void apply(const nlohmann::json& message, double now);

  // "ltp", "open", "close", "volume" and so on as text; empty: none came.
  std::string operator[](const std::string& name) const;
  // `open`, `high`, `low` and `volume` are of the last 24 hours, not of a day.
  bool is_of_24_hours() const { return of_24_hours_; }
  const std::vector<BookLevel>& bids() const { return bids_; }
  const std::vector<BookLevel>& asks() const { return asks_; }
  // Seconds since the values were current; nothing: none came.
  std::optional<double> age(double now) const;

 private:
  std::vector<std::pair<std::string, std::string>> values_;
  bool of_24_hours_ = false;
  std::vector<BookLevel> bids_, asks_;
  std::optional<double> current_at_;
};

}  // namespace gw::app
