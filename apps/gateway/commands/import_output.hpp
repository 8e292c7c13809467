// What `instruments import` and `instruments update` show: how far they are, and what came of it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

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

nlohmann::json report_json(const instruments::Import& import);
void print_report(const instruments::Import& import);

}  // namespace gw::app
