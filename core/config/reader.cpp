#include "core/config/reader.hpp"

#include <algorithm>
#include <set>

#include "core/base/text.hpp"
#include "core/config/units.hpp"

namespace gw::config {

std::string Context::absolute(const std::string& path) const {
  if (path.empty() || std::filesystem::path(path).is_absolute()) return path;
  return (folder / path).lexically_normal().string();
}

void Context::add(int line, const std::string& key, const std::string& found, std::string expected) {
  // A file of nothing but mistakes must not fill the memory with complaints about it.
  constexpr std::size_t kMaxProblems = 1000;
  if (problems.size() >= kMaxProblems) return;
  problems.push_back({file, std::max(line, 1), printable(key), printable(found), std::move(expected)});
}

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
  return !name.empty() && name.find_first_not_of(kAllowed) == std::string_view::npos &&
         (name[0] < '0' || name[0] > '9');
}

bool is_shell_variable(std::string_view text) { return text.starts_with('$') && is_variable_name(text.substr(1)); }

int line_of(const YAML::Node& node) { return node.Mark().line + 1; }

std::string shown(const YAML::Node& node) {
  if (!node.IsDefined() || node.IsNull()) return "nothing";
  if (node.IsSequence()) return node.size() == 0 ? "an empty list" : "a list";
  if (node.IsMap()) return "a mapping";
  return printable(node.Scalar());
}

std::string printable(const std::string& text) {
  constexpr std::size_t kLongest = 120;
  if (text.empty()) return "\"\"";
  std::string out = text.substr(0, kLongest);
  // The cut must not split a UTF-8 character.
  if (out.size() < text.size()) {
    while (!out.empty() && (static_cast<unsigned char>(text[out.size()]) & 0xC0U) == 0x80U) out.pop_back();
    out += "...";
  }
  for (char& c : out)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) c = '?';
  return out;
}

std::string joined(const std::vector<std::string>& words, const char* separator) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : separator) + word;
  return all;
}

std::string one_of(const std::vector<std::string>& words, const std::string& misspelt) {
  const std::string guess = did_you_mean(misspelt, words);
  return "one of " + joined(words, ", ") + (guess.empty() ? "" : " (did you mean '" + guess + "'?)");
}

MappingReader::MappingReader(Context& context, const YAML::Node& node, std::string prefix)
    : context_(context), node_(node), prefix_(std::move(prefix)) {
  if (node_.IsMap()) return;
  if (!node_.IsNull()) {
    is_mapping_ = false;
    context_.add(line_of(node_), prefix_.empty() ? context_.document : prefix_, shown(node_),
                 "a mapping of keys to values");
  }
  // reset(), because an assignment would change the caller's node.
  node_.reset(YAML::Node(YAML::NodeType::Map));
}

MappingReader::~MappingReader() {
  std::set<std::string> seen;
  for (const auto& pair : node_) {
    const std::string key = pair.first.IsScalar() ? pair.first.Scalar() : shown(pair.first);
    const int line = line_of(pair.first);
    if (!seen.insert(key).second) context_.add(line, full(key), "the key twice", "each key once");
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      context_.add(line, full(key), "an unknown key", one_of(known_, printable(key)));
  }
}

YAML::Node MappingReader::find(const char* key) const {
  // Not node_[key]: that inserts, and throws for keys that are no scalars.
  for (const auto& pair : node_)
    if (pair.first.IsScalar() && pair.first.Scalar() == key) return pair.second;
  return YAML::Node(YAML::NodeType::Undefined);
}

YAML::Node MappingReader::any(const char* key) {
  known_.emplace_back(key);
  return find(key);
}

int MappingReader::line_at(const char* key) const {
  // yaml-cpp marks an empty value with the position of whatever comes next in the file.
  for (const auto& pair : node_)
    if (pair.first.IsScalar() && pair.first.Scalar() == key)
      return line_of(pair.second.IsNull() ? pair.first : pair.second);
  return line_of(node_);
}

void MappingReader::wrong(const char* key, const std::string& found, std::string expected) {
  context_.add(line_at(key), full(key), found, std::move(expected));
}

std::optional<std::string> MappingReader::scalar(const char* key, const char* expected) {
  const YAML::Node node = any(key);
  if (!node.IsDefined()) return std::nullopt;
  if (context_.lines != nullptr) (*context_.lines)[full(key)] = line_at(key);
  if (node.IsScalar()) return node.Scalar();
  wrong(key, shown(node), expected);
  return std::nullopt;
}

std::optional<std::string> MappingReader::plain_text(const char* key, const char* expected) {
  auto value = scalar(key, expected);
  const bool is_reference = value && (value->find("${") != std::string::npos || is_shell_variable(*value));
  if (!is_reference) return value;
  wrong(key, *value, std::string(expected) + " itself: ${...} works only in the settings of a broker");
  return std::nullopt;
}

void MappingReader::text(const char* key, std::string& out) {
  if (auto value = plain_text(key, "text")) out = std::move(*value);
}

void MappingReader::path(const char* key, std::string& out) {
  if (const auto value = plain_text(key, "a path")) out = context_.absolute(*value);
}

void MappingReader::choice(const char* key, std::string& out, const std::vector<std::string>& words) {
  const std::string all = joined(words, " or ");
  const auto value = scalar(key, all.c_str());
  if (!value) return;
  if (std::find(words.begin(), words.end(), *value) != words.end()) {
    out = *value;
    return;
  }
  const std::string guess = did_you_mean(printable(*value), words);
  wrong(key, *value, guess.empty() ? all : all + " (did you mean '" + guess + "'?)");
}

void MappingReader::boolean(const char* key, bool& out) {
  const auto value = scalar(key, "true or false");
  if (!value) return;
  if (const auto parsed = parse_boolean(*value))
    out = *parsed;
  else
    wrong(key, *value, "true or false");
}

std::optional<std::int64_t> MappingReader::checked_integer(const char* key, std::int64_t least, std::int64_t most) {
  const std::string expected = "a whole number from " + std::to_string(least) + " to " + std::to_string(most);
  const auto value = scalar(key, expected.c_str());
  if (!value) return std::nullopt;
  const auto parsed = parse_integer(*value);
  if (parsed && *parsed >= least && *parsed <= most) return parsed;
  wrong(key, *value, expected);
  return std::nullopt;
}

void MappingReader::duration(const char* key, Duration& out, Duration least) {
  std::optional<Duration> value;
  duration(key, value, least);
  if (value) out = *value;
}

void MappingReader::duration(const char* key, std::optional<Duration>& out, Duration least) {
  const auto value = scalar(key, kDurationForm);
  if (!value) return;
  const auto parsed = parse_duration(*value);
  if (!parsed)
    wrong(key, *value, kDurationForm);
  else if (*parsed < least)
    wrong(key, *value, "a duration of at least " + std::to_string(least / 1ms) + "ms");
  else if (*parsed > kLongestDuration)
    wrong(key, *value, "a duration of at most 8784h");
  else
    out = parsed;
}

void MappingReader::size(const char* key, std::uint64_t& out, std::uint64_t least) {
  constexpr const char* kExpected = "a size with its unit, like 512B, 256KiB, 1MiB or 1GiB";
  const auto value = scalar(key, kExpected);
  if (!value) return;
  const auto parsed = parse_size(*value);
  if (!parsed)
    wrong(key, *value, kExpected);
  else if (*parsed < least)
    wrong(key, *value, "a size of at least " + std::to_string(least) + "B");
  else
    out = *parsed;
}

void MappingReader::texts(const char* key, std::vector<std::string>& out) {
  const YAML::Node node = any(key);
  if (!node.IsDefined()) return;
  if (!node.IsSequence()) return wrong(key, shown(node), "a list, like [a, b]");
  std::vector<std::string> values;
  for (const YAML::Node& item : node) {
    if (!item.IsScalar() || item.Scalar().empty())
      context_.add(line_of(item), full(key), shown(item), "text");
    else
      values.push_back(item.Scalar());
  }
  out = std::move(values);
}

void MappingReader::text_or_texts(const char* key, std::vector<std::string>& out) {
  if (find(key).IsSequence()) {
    if (context_.lines != nullptr) (*context_.lines)[full(key)] = line_at(key);
    texts(key, out);
    if (out.empty()) wrong(key, "an empty list", "text, or a list like [a, b]");
  } else if (auto value = plain_text(key, "text, or a list like [a, b]")) {
    out = {std::move(*value)};
  }
}

void MappingReader::mapping(const char* key,
                            const std::function<void(const YAML::Node&, const std::string& prefix)>& read) {
  const YAML::Node node = any(key);
  if (node.IsDefined()) read(node, full(key));
}

}  // namespace gw::config
