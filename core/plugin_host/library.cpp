#include "core/plugin_host/library.hpp"

#include <cstring>
#include <exception>
#include <optional>

#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>

#include "core/plugin_host/descriptor_check.hpp"
#include "core/plugin_host/elf_check.hpp"
#include "core/plugin_host/library_file.hpp"

namespace gw::plugin_host {
namespace {

namespace dll = boost::dll;

class LoadedLibrary final : public Library {
 public:
  LoadedLibrary(std::string path, dll::shared_library library, const bgw_plugin_descriptor& descriptor)
      : path_(std::move(path)), library_(std::move(library)), descriptor_(descriptor) {}
  const std::string& path() const override { return path_; }
  const bgw_plugin_descriptor& descriptor() const override { return descriptor_; }

 private:
  std::string path_;
  dll::shared_library library_;
  const bgw_plugin_descriptor& descriptor_;  // in the library
};

// Reads the symbol table without running any of the plugin's code.
std::optional<std::string> lacks_entry(const std::string& path) {
  try {
    dll::library_info info{boost::dll::fs::path(path)};
    for (const std::string& symbol : info.symbols())
      if (symbol == BGW_PLUGIN_ENTRY_NAME) return std::nullopt;
    return "entry: found no symbol " BGW_PLUGIN_ENTRY_NAME ", expected a broker plugin";
  } catch (const std::exception& e) {
    return std::string("symbols: found an unreadable table (") + e.what() + "), expected an ELF library";
  }
}

std::string stem_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  return name.substr(0, name.rfind('.'));
}

// The dynamic loader's own message, cut out of Boost's, without the path, which the caller names.
std::string loader_message(std::string text, const std::string& path) {
  constexpr std::string_view kBefore = "dlerror system message: ";
  const std::size_t begin = text.find(kBefore);
  const std::size_t end = text.rfind("): ");
  if (begin == std::string::npos || end == std::string::npos || end < begin) return text;
  text = text.substr(begin + kBefore.size(), end - begin - kBefore.size());
  return text.starts_with(path + ": ") ? text.substr(path.size() + 2) : text;
}

template <class Extension>
const Extension* find_extension(const bgw_plugin_descriptor& d, const char* id) {
  if (d.get_extension == nullptr) return nullptr;
  try {
    const auto* found = static_cast<const Extension*>(d.get_extension(id));
    return found != nullptr && found->size >= sizeof(Extension) ? found : nullptr;
  } catch (...) {
    return nullptr;
  }
}

}  // namespace

const bgw_instruments* Library::instruments() const {
  return find_extension<bgw_instruments>(descriptor(), BGW_EXTENSION_INSTRUMENTS);
}

const bgw_credentials* Library::credentials() const {
  const auto* found = find_extension<bgw_credentials>(descriptor(), BGW_EXTENSION_CREDENTIALS);
  return found != nullptr && found->url != nullptr && found->judge != nullptr ? found : nullptr;
}

Result<std::shared_ptr<const Library>> load_library(const std::string& path) {
  if (const auto problem = check_file(path)) return Error{*problem};
  if (const auto problem = check_elf(path)) return Error{*problem};
  if (const auto problem = lacks_entry(path)) return Error{*problem};
  dll::shared_library library;  // outlives the handlers below: what was thrown may be of a type that it defines
  try {
    library.load(boost::dll::fs::path(path), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
  } catch (const std::exception& e) {
    return Error{"load: found '" + loader_message(e.what(), path) + "', expected a library that the system can load"};
  }
  try {
    const auto entry = library.get<const bgw_plugin_descriptor*()>(BGW_PLUGIN_ENTRY_NAME);
    const bgw_plugin_descriptor* descriptor = entry();
    if (const std::string problems = check_descriptor(descriptor, stem_of(path)); !problems.empty())
      return Error{problems};
    return std::shared_ptr<const Library>(std::make_shared<LoadedLibrary>(path, std::move(library), *descriptor));
  } catch (const std::exception& e) {
    return Error{std::string("entry: found an exception (") + e.what() + "), expected a descriptor"};
  } catch (...) {
    return Error{"entry: found an exception, expected a descriptor"};
  }
}

}  // namespace gw::plugin_host
