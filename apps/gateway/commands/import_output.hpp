// What `instruments import` and `instruments update` show: their progress, and a report at the end.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/instruments/expiries.hpp"
#include "core/instruments/import.hpp"

namespace gw::app {

// Draws on standard error, if that is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what) : what_(std::move(what)) {}
  ~ProgressBar();  // ends the line that was drawn
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done, std::uint64_t total);  // a total of 0 means unknown

 private:
  void draw(const std::string& text);

  std::string what_;
  std::string drawn_;
};

struct ListReport {
  const instruments::Import& import;
  const instruments::Expiries& expiries;
  std::vector<std::string> no_pairs;
  bool is_withheld = false;  // the list was not taken
};
nlohmann::json report_json(const ListReport& report);
void print_report(const ListReport& report);

}  // namespace gw::app
