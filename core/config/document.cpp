#include "core/config/document.hpp"

#include <algorithm>
#include <fstream>

#include "core/config/guard.hpp"

namespace gw::config {

void read_document(Context& c, std::string_view text, const std::function<void(const YAML::Node&)>& read) {
  try {
    if (is_safe_to_load(c, text)) read(YAML::Load(std::string(text)));
  } catch (const YAML::Exception& e) {
    c.add(e.mark.line + 1, c.document, "broken YAML (" + e.msg + ")", "YAML");
  }
  std::stable_sort(c.problems.begin(), c.problems.end(),
                   [](const Problem& a, const Problem& b) { return a.line < b.line; });
}

std::optional<std::string> read_bytes(Context& c, const std::filesystem::path& path) {
  std::error_code ec;
  std::ifstream in(path, std::ios::binary);
  if (!in || std::filesystem::is_directory(path, ec)) {
    c.add(1, c.document, in ? "a folder" : "a file that cannot be read", "a readable file");
    return std::nullopt;
  }
  std::string text(kLargestFile + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return text;
}

}  // namespace gw::config
