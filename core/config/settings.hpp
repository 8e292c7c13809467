// A broker's settings: read as written, checked against what its plugin declares, and resolved into the values that the
// plugin will read. Secrets come from the environment or from files that only the owner can read. Any thread.
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

// The references that a value may be, for "expected …".
inline constexpr const char* kReference = "${env:NAME}, ${file:PATH} or ${credential:NAME}";

// By number as BGW_SETTING_*.
enum class SettingType { text, integer, number, boolean, duration, integers, websocket_url, web_url };

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
  std::int64_t written_ns = 0;  // wall clock: when its file was last written; 0: it comes from no file
  bool is_reference = false;    // a text or an address that is not written in gateway.yaml
};

void read_settings(Context& context, const YAML::Node& node, const std::string& prefix, std::vector<Setting>& out);

// All problems: unknown keys, wrong types, missing settings.
std::vector<Problem> check_settings(const Broker& broker, const std::string& file, std::span<const SettingRule> rules);
// A required setting whose value is an environment variable or a credential that is not set. It stays so for as long as
// this process runs: a secret that is missing so will never come.
struct UnsetVariable {
  Problem problem;
  bool is_secret;
};
std::vector<UnsetVariable> unset_variables(const Broker& broker, const std::string& file,
                                           std::span<const SettingRule> rules);
// What resolve_settings would fail for now, with the place of each setting: secret files that must not be used, and
// values of the wrong type from outside.
std::vector<Problem> value_problems(const Broker& broker, const std::string& file, std::span<const SettingRule> rules);
// The settings that are given or have a default, in the order of `rules`. Call it after check_settings found nothing
// wrong. Fails for a secret file that others can read, and for a value of the wrong type from the environment or a
// file.
Result<std::vector<ResolvedSetting>> resolve_settings(const Broker& broker, std::span<const SettingRule> rules);
// The value as gateway.yaml has it where it is a reference; never what may be a secret.
std::string shown(const Value& value);
// The value; nothing when the variable, file or credential is missing or empty.
Result<std::optional<std::string>> resolve(const Value& value);

// The contents of a secret's file, without trailing white space; nothing when it is missing or empty. Fails for a file
// that others can read or that belongs to another user.
Result<std::optional<std::string>> read_secret_file(const std::string& path);
// The same of a credential that systemd gave the service (LoadCredential). Its file belongs to root, so neither owner
// nor mode is looked at. Nothing where $CREDENTIALS_DIRECTORY is not set.
Result<std::optional<std::string>> read_credential(const std::string& name);

}  // namespace gw::config
