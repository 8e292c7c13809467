// A broker's settings: read as written, checked against what its plugin declares, and resolved into
// the values that the plugin will read. Secrets come from the environment or from files of the
// owner's.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/config/load.hpp"

namespace YAML {
class Node;
}

namespace gw::config {

struct Context;

enum class SettingType { text, integer, number, boolean, duration, integers };

struct SettingRule {
  std::string name;
  SettingType type = SettingType::text;
  bool required = false;
  bool secret = false;
  std::optional<std::string> default_value;  // as written in gateway.yaml
};

struct ResolvedSetting {
  std::string key;
  std::string text;  // canonical: durations in ns, booleans true or false
  std::vector<std::int64_t> integers;
  bool is_secret = false;
  bool is_missing = false;      // a reference that leads to nothing
  std::int64_t written_ns = 0;  // wall clock, of the file that it comes from; 0: from none
};

void read_settings(Context& context, const YAML::Node& node, const std::string& prefix, std::vector<Setting>& out);

// Unknown keys, wrong types, missing ones; all at once.
std::vector<Problem> check_settings(const Broker& broker, const std::string& file, std::span<const SettingRule> rules);
// After check_settings found nothing: what is given or has a default, in the order of `rules`. An
// error: a secret file that others can read, or a value from outside that is of the wrong type.
Result<std::vector<ResolvedSetting>> resolve_settings(const Broker& broker, std::span<const SettingRule> rules);
// The value; nothing when the variable or file is missing or empty.
Result<std::optional<std::string>> resolve(const Value& value);

// The contents of a secret's file, trailing white space dropped. An error when it is not the
// owner's alone.
Result<std::optional<std::string>> read_secret_file(const std::string& path);

}  // namespace gw::config
