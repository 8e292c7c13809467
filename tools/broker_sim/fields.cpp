#include "tools/broker_sim/fields.hpp"

namespace sim {

using Json = nlohmann::json;

const Json& Fields::any(const char* name) {
  static const Json none;
  asked_.insert(name);
  const auto found = object_.find(name);
  return found == object_.end() ? none : *found;
}

std::int64_t Fields::whole(const char* name, std::int64_t otherwise, std::int64_t least, std::int64_t most) {
  const Json& value = any(name);
  if (value.is_null()) return otherwise;
  if (value.is_number_integer() && value >= least && value <= most) return value.get<std::int64_t>();
  complain(name, value, "a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return otherwise;
}

double Fields::positive(const char* name, double otherwise) {
  const Json& value = any(name);
  if (value.is_null() && otherwise > 0) return otherwise;
  if (value.is_number() && value > 0) return value.get<double>();
  complain(name, value, "a number above 0");
  return 1;
}

std::string Fields::text(const char* name) {
  const Json& value = any(name);
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  complain(name, value, "a string");
  return {};
}

bool Fields::flag(const char* name) {
  const Json& value = any(name);
  if (value.is_boolean()) return value.get<bool>();
  if (!value.is_null()) complain(name, value, "true or false");
  return false;
}

void Fields::complain(const std::string& name, const Json& found, const std::string& expected) {
  if (complaint_.empty())
    complaint_ = name + ": found " + (found.is_null() ? "nothing" : found.dump()) + ", expected " + expected;
}

gw::Result<void> Fields::result() const {
  if (!complaint_.empty()) return gw::Error{complaint_};
  for (const auto& [name, value] : object_.items())
    if (!asked_.contains(name)) return gw::Error{"found the field " + name + ", expected only those of this fault"};
  return {};
}

}  // namespace sim
