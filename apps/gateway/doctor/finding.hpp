// What the doctor finds: one line each. [any]
#pragma once

#include <string>
#include <vector>

namespace gw::app {

// A fault keeps the gateway from serving as it should; a warning may do so later, or needs somebody to look.
enum class Grade { ok, warning, fault };

struct Finding {
  Grade grade = Grade::ok;
  std::string subject;      // "clock", "port 8765", "token of BROKER"
  std::string text;         // what was found
  std::string next_step{};  // what to do; empty: nothing
};

class Findings {
 public:
  void ok(std::string subject, std::string text) { add({Grade::ok, std::move(subject), std::move(text)}); }
  void warning(std::string subject, std::string text, std::string next_step) {
    add({Grade::warning, std::move(subject), std::move(text), std::move(next_step)});
  }
  void fault(std::string subject, std::string text, std::string next_step) {
    add({Grade::fault, std::move(subject), std::move(text), std::move(next_step)});
  }
  const std::vector<Finding>& all() const { return all_; }
  bool has_fault() const {
    for (const Finding& finding : all_)
      if (finding.grade == Grade::fault) return true;
    return false;
  }

 private:
  void add(Finding finding) { all_.push_back(std::move(finding)); }

  std::vector<Finding> all_;
};

}  // namespace gw::app
