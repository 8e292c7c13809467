// What `instruments import` and `instruments update` show: how far they are, and what came of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/instruments/expiries.hpp"
#include "core/instruments/import.hpp"

namespace gw::app {

// Draws on standard error while that is a terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::string what) : what_(std::move(what)) {}
  ~ProgressBar();  // the next line begins at its beginning
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  void show(std::uint64_t done, std::uint64_t total);  // a total of 0 is unknown

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
