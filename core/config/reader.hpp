// Walks one YAML mapping key by key and notes what is wrong, for load.cpp and settings.cpp.
// Included by .cpp files of this folder only, because of yaml-cpp.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <yaml-cpp/yaml.h>

#include "core/config/load.hpp"

namespace gw::config {

// What one load has found so far.
struct Context {
  std::string file;
  std::filesystem::path folder;
  std::vector<Problem>& problems;
  const char* document = "gateway.yaml";        // stands for the key in problems of the whole file
  std::map<std::string, int>* lines = nullptr;  // notes where keys with one value stand; null: nobody asks

  void add(int line, const std::string& key, const std::string& found, std::string expected);
  std::string absolute(const std::string& path) const;
};

int line_of(const YAML::Node& node);
std::string shown(const YAML::Node& node);  // for "found …"
// A key or value as a problem shows it: one line, not too long, no control characters.
std::string printable(const std::string& text);
std::string joined(const std::vector<std::string>& words, const char* separator);
// Whether `name` can be a variable of the environment.
bool is_variable_name(std::string_view name);
// Whether `text` is "$NAME", which a shell would replace and nothing here does.
bool is_shell_variable(std::string_view text);
// "one of a, b (did you mean 'a'?)"
std::string one_of(const std::vector<std::string>& words, const std::string& misspelt);

// Reads one mapping. Each function with a `key` below makes that key known; the destructor notes every other key of the
// mapping as an unknown key.
class MappingReader {
 public:
  MappingReader(Context& context, const YAML::Node& node, std::string prefix);
  ~MappingReader();
  MappingReader(const MappingReader&) = delete;
  MappingReader& operator=(const MappingReader&) = delete;

  void text(const char* key, std::string& out);
  void path(const char* key, std::string& out);
  void choice(const char* key, std::string& out, const std::vector<std::string>& words);
  void boolean(const char* key, bool& out);
  template <class Int>
  void integer(const char* key, Int& out, std::int64_t least, std::int64_t most) {
    if (const auto value = checked_integer(key, least, most)) out = static_cast<Int>(*value);
  }
  void duration(const char* key, Duration& out, Duration least);
  void duration(const char* key, std::optional<Duration>& out, Duration least);
  void size(const char* key, std::uint64_t& out, std::uint64_t least);
  void texts(const char* key, std::vector<std::string>& out);
  void text_or_texts(const char* key, std::vector<std::string>& out);
  // Notes that the value of `key` is wrong, at the line of the value.
  void wrong(const char* key, const std::string& found, std::string expected);
  // A nested mapping; `read` is called when it is there.
  void mapping(const char* key, const std::function<void(const YAML::Node&, const std::string& prefix)>& read);
  // The node of `key`, undefined when absent; the caller checks its type.
  YAML::Node any(const char* key);
  // False: the node is no mapping, for which a problem is noted, and the caller need not look for keys.
  bool is_mapping() const { return is_mapping_; }
  // The line of the key's value; that of the mapping when the key is absent.
  int line_at(const char* key) const;
  std::string full(const std::string& key) const { return prefix_.empty() ? key : prefix_ + '.' + key; }

 private:
  std::optional<std::string> scalar(const char* key, const char* expected);
  std::optional<std::int64_t> checked_integer(const char* key, std::int64_t least, std::int64_t most);
  YAML::Node find(const char* key) const;
  std::optional<std::string> plain_text(const char* key, const char* expected);

  Context& context_;
  YAML::Node node_;
  std::string prefix_;
  std::vector<std::string> known_;
  bool is_mapping_ = true;
};

}  // namespace gw::config
