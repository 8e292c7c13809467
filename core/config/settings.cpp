#include "core/config/settings.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <set>
#include <string_view>
#include <utility>

#include "core/base/url.hpp"
#include "core/config/reader.hpp"
#include "core/config/units.hpp"

namespace gw::config {
namespace {

// Keys whose values are secrets, whatever the plugin declares.
bool is_secret_name(const std::string& key) {
  static const std::vector<std::string> kNames = {"access_token", "jwt_token",   "feed_token",
                                                  "pin",          "totp_secret", "api_secret"};
  return std::find(kNames.begin(), kNames.end(), key) != kNames.end();
}

// Whether systemd takes `name` for a credential; a dot at the beginning could lead out of the folder.
bool is_credential_name(std::string_view name) {
  constexpr std::string_view kAllowed = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.";
  constexpr std::size_t kMaxLength = 255;
  return !name.empty() && name.size() <= kMaxLength && name[0] != '.' && name.find_first_not_of(kAllowed) == name.npos;
}

// Nothing when `text` has a ${...} that is none of the three references, or is $NAME, as a shell would read it.
std::optional<Value> parse_value(const Context& c, const std::string& text) {
  if (is_shell_variable(text)) return std::nullopt;
  if (text.find("${") == std::string::npos) return Value{Value::Source::literal, text};
  if (!text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  const std::string inner = text.substr(2, text.size() - 3);
  if (inner.find_first_of("{}") != std::string::npos) return std::nullopt;
  if (inner.starts_with("env:") && is_variable_name(std::string_view(inner).substr(4)))
    return Value{Value::Source::environment, inner.substr(4)};
  if (inner.starts_with("file:") && inner.size() > 5) return Value{Value::Source::file, c.absolute(inner.substr(5))};
  if (inner.starts_with("credential:") && is_credential_name(std::string_view(inner).substr(11)))
    return Value{Value::Source::credential, inner.substr(11)};
  return std::nullopt;
}

// Reads one value of a setting; a problem never shows what may be a secret.
void read_value(Context& c, const YAML::Node& node, const std::string& full, Setting& out) {
  if (!node.IsScalar()) return c.add(line_of(node), full, shown(node), "a value, or a list of values");
  const bool is_secret = is_secret_name(out.key);
  const auto value = parse_value(c, node.Scalar());
  if (!value)
    c.add(line_of(node), full, is_secret ? "a malformed reference" : node.Scalar(), kReference);
  else if (is_secret && value->source == Value::Source::literal)
    c.add(line_of(node), full, "a secret as plain text", kReference);
  else
    out.values.push_back(*value);
}

const char* expected_of(SettingType type) {
  switch (type) {
    case SettingType::text:
      return "text";
    case SettingType::integer:
      return "a whole number";
    case SettingType::number:
      return "a number";
    case SettingType::boolean:
      return "true or false";
    case SettingType::duration:
      return kDurationForm;
    case SettingType::integers:
      return "a list of whole numbers, like [5, 20]";
    case SettingType::websocket_url:
      return "wss://HOST, or ws:// to a loopback address";
    case SettingType::web_url:
      return "https://HOST, or http:// to a loopback address";
  }
  return "";
}

bool is_address(SettingType type) { return type == SettingType::websocket_url || type == SettingType::web_url; }

// The canonical text; nothing when `text` is not of that type.
std::optional<std::string> canonical(SettingType type, const std::string& text) {
  switch (type) {
    case SettingType::text:
      return text;
    case SettingType::integer:
    case SettingType::integers:
      if (const auto value = parse_integer(text)) return std::to_string(*value);
      return std::nullopt;
    case SettingType::number:
      if (parse_number(text)) return text;
      return std::nullopt;
    case SettingType::boolean:
      if (const auto value = parse_boolean(text)) return *value ? "true" : "false";
      return std::nullopt;
    case SettingType::duration:
      if (const auto value = parse_duration(text)) return std::to_string(value->count());
      return std::nullopt;
    case SettingType::websocket_url:
    case SettingType::web_url:
      if (check_url(text, type == SettingType::web_url ? "http" : "ws")) return text;
      return std::nullopt;
  }
  return std::nullopt;
}

const SettingRule* find_rule(std::span<const SettingRule> rules, const std::string& key) {
  const auto found = std::find_if(rules.begin(), rules.end(), [&](const SettingRule& r) { return r.name == key; });
  return found == rules.end() ? nullptr : &*found;
}

const Setting* find_setting(const Broker& broker, const std::string& key) {
  const auto found =
      std::find_if(broker.settings.begin(), broker.settings.end(), [&](const Setting& s) { return s.key == key; });
  return found == broker.settings.end() ? nullptr : &*found;
}

// A default is written like a value in the file: "5", or "[5, 20]".
std::vector<std::string> split_default(const std::string& text) {
  if (!text.starts_with('[')) return {text};
  std::vector<std::string> parts;
  std::string part;
  for (const char ch : text.substr(1)) {
    if ((ch == ',' || ch == ']') && !part.empty()) parts.push_back(std::exchange(part, {}));
    if (ch != ',' && ch != ']' && ch != ' ') part += ch;
  }
  return parts;
}

// The texts of a given setting; nothing when a reference leads to nothing.
Result<std::optional<std::vector<std::string>>> given_texts(const Setting& setting) {
  std::vector<std::string> texts;
  for (const Value& v : setting.values) {
    auto value = resolve(v);
    if (!value) return value.error();
    if (!*value) return std::optional<std::vector<std::string>>{};
    texts.push_back(std::move(**value));
  }
  return std::optional(std::move(texts));
}

Result<ResolvedSetting> convert(const SettingRule& rule, const std::vector<std::string>& texts) {
  ResolvedSetting out;
  out.key = rule.name;
  out.is_secret = rule.secret;
  for (const std::string& text : texts) {
    const auto value = canonical(rule.type, text);
    // A value from the environment or a file is not shown: it may be a secret.
    if (!value)
      return Error{"setting " + rule.name + ": found a value of another type, expected " + expected_of(rule.type)};
    if (rule.type == SettingType::integers) out.integers.push_back(*parse_integer(*value));
    out.text += (out.text.empty() ? "" : ",") + *value;
  }
  return out;
}

// What is wrong with one given setting, apart from its being unknown.
void check_one(const Setting& s, const SettingRule& rule, const Problem& where, std::vector<Problem>& problems) {
  const auto add = [&](std::string found, std::string expected) {
    problems.push_back({where.file, where.line, where.key, std::move(found), std::move(expected)});
  };
  if (s.is_list != (rule.type == SettingType::integers))
    return add(s.is_list ? "a list" : "one value", expected_of(rule.type));
  for (const Value& v : s.values) {
    if (v.source != Value::Source::literal) continue;
    if (rule.secret)
      add("a secret as plain text", kReference);
    else if (!canonical(rule.type, v.text))
      add(printable(is_address(rule.type) ? without_secrets(v.text) : v.text), expected_of(rule.type));
  }
}

}  // namespace

void read_settings(Context& c, const YAML::Node& node, const std::string& prefix, std::vector<Setting>& out) {
  if (node.IsNull()) return;
  if (!node.IsMap()) return c.add(line_of(node), prefix, shown(node), "a mapping of keys to values");
  std::set<std::string> seen;
  for (const auto& pair : node) {
    Setting s;
    s.key = shown(pair.first);
    s.line = line_of(pair.first);
    s.is_list = pair.second.IsSequence();
    const std::string full = prefix + '.' + s.key;
    if (!seen.insert(s.key).second) {
      c.add(s.line, full, "the key twice", "each key once");
      continue;
    }
    if (s.is_list)
      for (const YAML::Node& item : pair.second) read_value(c, item, full, s);
    else
      read_value(c, pair.second, full, s);
    out.push_back(std::move(s));
  }
}

std::vector<Problem> check_settings(const Broker& broker, const std::string& file, std::span<const SettingRule> rules) {
  std::vector<Problem> problems;
  const std::string prefix = "brokers." + broker.name + ".settings.";
  std::vector<std::string> names;
  for (const SettingRule& r : rules) names.push_back(r.name);
  for (const Setting& s : broker.settings) {
    const SettingRule* rule = find_rule(rules, s.key);
    if (rule != nullptr)
      check_one(s, *rule, {file, s.line, prefix + s.key, "", ""}, problems);
    else
      problems.push_back(
          {file, s.line, prefix + s.key, "an unknown key", names.empty() ? "no settings" : one_of(names, s.key)});
  }
  for (const SettingRule& r : rules)
    if (r.required && !r.default_value && find_setting(broker, r.name) == nullptr)
      problems.push_back({file, broker.line, prefix + r.name, "nothing", r.secret ? kReference : expected_of(r.type)});
  return problems;
}

namespace {

// Why a value that cannot come while this process runs is not there, and what is expected; nothing: it is there, or may
// come.
std::optional<std::pair<std::string, std::string>> why_unset(const Value& value) {
  const bool is_credential = value.source == Value::Source::credential;
  if (!is_credential && value.source != Value::Source::environment) return std::nullopt;
  const std::string variable = is_credential ? "CREDENTIALS_DIRECTORY" : value.text;
  const char* text = std::getenv(variable.c_str());
  if (text == nullptr || *text == '\0')
    return std::pair(variable + " is not set",
                     is_credential ? "a service of systemd with LoadCredential=" + value.text + ":PATH"
                                   : std::string("a variable of the gateway's environment that is set"));
  if (!is_credential) return std::nullopt;
  std::error_code failed;
  if (std::filesystem::exists(std::filesystem::path(text) / value.text, failed) || failed) return std::nullopt;
  return std::pair("the service has no such credential", "LoadCredential=" + value.text + ":PATH in its unit");
}

}  // namespace

std::vector<UnsetVariable> unset_variables(const Broker& broker, const std::string& file,
                                           std::span<const SettingRule> rules) {
  std::vector<UnsetVariable> unset;
  for (const Setting& setting : broker.settings) {
    const SettingRule* rule = find_rule(rules, setting.key);
    if (rule == nullptr || !rule->required) continue;
    for (const Value& value : setting.values) {
      const auto why = why_unset(value);
      if (!why) continue;
      const std::string key = "brokers." + broker.name + ".settings." + setting.key;
      unset.push_back({{file, setting.line, key, shown(value) + ", and " + why->first, why->second}, rule->secret});
    }
  }
  return unset;
}

namespace {

// An error of a secret's file as found and expected: it says ", expected …" at its end.
Problem with_cause(Problem where, std::string text) {
  constexpr std::string_view kExpected = ", expected ";
  const std::size_t end = text.rfind(kExpected);
  where.expected = end == text.npos ? "a value that can be read" : text.substr(end + kExpected.size());
  text.resize(std::min(end, text.size()));
  constexpr std::string_view kFound = ": found ";
  if (const std::size_t at = text.find(kFound); at != text.npos) text.replace(at, kFound.size(), ": ");
  where.found = std::move(text);
  return where;
}

}  // namespace

std::vector<Problem> value_problems(const Broker& broker, const std::string& file, std::span<const SettingRule> rules) {
  std::vector<Problem> problems;
  for (const Setting& setting : broker.settings) {
    const SettingRule* rule = find_rule(rules, setting.key);
    if (rule == nullptr) continue;
    const Problem where{file, setting.line, "brokers." + broker.name + ".settings." + setting.key, "", ""};
    for (const Value& value : setting.values) {
      if (value.source == Value::Source::literal) continue;  // check_settings looks at it
      const auto text = resolve(value);
      if (!text)
        problems.push_back(with_cause(where, text.error().message));
      else if (*text && !canonical(rule->type, **text))  // it is not shown: it may be a secret
        problems.push_back(
            {where.file, where.line, where.key, "a value of another type in " + shown(value), expected_of(rule->type)});
    }
  }
  return problems;
}

std::string shown(const Value& value) {
  switch (value.source) {
    case Value::Source::literal:
      break;
    case Value::Source::environment:
      return "${env:" + value.text + '}';
    case Value::Source::file:
      return "${file:" + value.text + '}';
    case Value::Source::credential:
      return "${credential:" + value.text + '}';
  }
  return "a secret as plain text";
}

Result<std::optional<std::string>> resolve(const Value& value) {
  switch (value.source) {
    case Value::Source::literal:
      return std::optional<std::string>(value.text);
    case Value::Source::environment: {
      const char* text = std::getenv(value.text.c_str());
      if (text == nullptr || *text == '\0') return std::optional<std::string>{};
      return std::optional<std::string>(text);
    }
    case Value::Source::file:
      return read_secret_file(value.text);
    case Value::Source::credential:
      return read_credential(value.text);
  }
  return std::optional<std::string>{};
}

namespace {

// When a file that the setting's values come from was last written, by the wall clock; 0: they come from no file.
std::int64_t written_ns(const Setting& setting) {
  std::int64_t changed = 0;
  for (const Value& value : setting.values) {
    std::error_code failed;
    if (value.source != Value::Source::file) continue;
    const auto written = std::filesystem::last_write_time(value.text, failed);
    if (failed) continue;
    const auto wall = std::chrono::file_clock::to_sys(written).time_since_epoch();
    changed = std::max<std::int64_t>(changed, std::chrono::duration_cast<std::chrono::nanoseconds>(wall).count());
  }
  return changed;
}

}  // namespace

Result<std::vector<ResolvedSetting>> resolve_settings(const Broker& broker, std::span<const SettingRule> rules) {
  std::vector<ResolvedSetting> out;
  for (const SettingRule& rule : rules) {
    const Setting* setting = find_setting(broker, rule.name);
    if (setting == nullptr && !rule.default_value) continue;
    std::optional<std::vector<std::string>> texts;
    if (setting == nullptr) {
      texts = split_default(*rule.default_value);
    } else {
      auto given = given_texts(*setting);
      if (!given) return with_context("broker " + broker.name + ": setting " + rule.name, given.error());
      texts = std::move(*given);
    }
    if (!texts) {
      out.push_back({rule.name, "", {}, rule.secret, true});
      continue;
    }
    auto one = convert(rule, *texts);
    if (!one) return with_context("broker " + broker.name, one.error());
    if (setting != nullptr) {
      one->written_ns = written_ns(*setting);
      one->is_reference = (rule.type == SettingType::text || is_address(rule.type)) &&
                          std::any_of(setting->values.begin(), setting->values.end(),
                                      [](const Value& v) { return v.source != Value::Source::literal; });
    }
    out.push_back(std::move(*one));
  }
  return out;
}

}  // namespace gw::config
