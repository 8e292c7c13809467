// Reads the fields of a JSON object, each once; keeps the first complaint.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include <nlohmann/json.hpp>

#include "core/base/result.hpp"

namespace sim {

class Fields {
 public:
  explicit Fields(const nlohmann::json& object) : object_(object) {}

  std::int64_t whole(const char* name, std::int64_t otherwise, std::int64_t least, std::int64_t most);
  // A number above 0. The field must be there unless `otherwise` is above 0.
  double positive(const char* name, double otherwise);
  std::string text(const char* name);
  bool flag(const char* name);  // false when it is not there
  // The value of one of `words`; `otherwise` when the field is not there.
  template <class T>
  T one_of(const char* name, T otherwise, const std::map<std::string, T>& words) {
    const nlohmann::json& value = any(name);
    if (value.is_null()) return otherwise;
    const auto found = value.is_string() ? words.find(value.get<std::string>()) : words.end();
    if (found != words.end()) return found->second;
    std::string expected;
    for (const auto& [word, meaning] : words) expected += (expected.empty() ? "one of " : ", ") + word;
    complain(name, value, expected);
    return otherwise;
  }
  // Any value; null when the field is not there.
  const nlohmann::json& any(const char* name);
  void complain(const std::string& name, const nlohmann::json& found, const std::string& expected);
  // The first complaint, or that there is a field which nobody asked for.
  gw::Result<void> result() const;

 private:
  const nlohmann::json& object_;
  std::set<std::string> asked_{"fault"};
  std::string complaint_;
};

}  // namespace sim
