#include "core/plugin_host/library.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <optional>
#include <set>

#include <boost/dll/library_info.hpp>
#include <boost/dll/shared_library.hpp>

#include "core/base/log.hpp"
#include "core/base/log_limit.hpp"
#include "core/plugin_host/descriptor_check.hpp"
#include "core/plugin_host/elf_check.hpp"
#include "core/plugin_host/library_copy.hpp"
#include "core/plugin_host/plugin_log.hpp"

namespace gw::plugin_host {
namespace {

namespace dll = boost::dll;

class LoadedLibrary final : public Library {
 public:
  LoadedLibrary(const LibraryCopy& copy, std::shared_ptr<const dll::shared_library> library,
                const bgw_plugin_descriptor& descriptor)
      : path_(copy.file()), copy_(copy.descriptor()), library_(std::move(library)), descriptor_(descriptor) {}
  int copy() const override { return copy_; }
  const std::string& path() const override { return path_; }
  const bgw_plugin_descriptor& descriptor() const override { return descriptor_; }

 private:
  std::string path_;
  int copy_;                                            // never closed
  std::shared_ptr<const dll::shared_library> library_;  // shared by the brokers of one file
  const bgw_plugin_descriptor& descriptor_;             // in the library
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

// Sizes in the first contract, 0.9.
constexpr std::uint32_t kFirstInstruments = 64;
constexpr std::uint32_t kFirstCredentials = 32;
constexpr std::uint32_t kFirstLogin = 48;

// The table with this name. `problem` says why there is none although the plugin has it.
template <class Extension>
const Extension* find_extension(const bgw_plugin_descriptor& d, const char* id, std::uint32_t first_size,
                                std::string& problem) {
  if (d.get_extension == nullptr) return nullptr;
  try {
    const auto* found = static_cast<const Extension*>(d.get_extension(id));
    if (found == nullptr || found->size >= first_size) return found;
    problem = std::string(id) + ": found size " + std::to_string(found->size) + ", expected at least " +
              std::to_string(first_size);
  } catch (const std::exception& e) {
    problem = std::string("get_extension(") + id + "): found an exception (" + e.what() + "), expected a table";
  } catch (...) {
    problem = std::string("get_extension(") + id + "): found an exception, expected a table";
  }
  return nullptr;
}

// The first name of a list of bgw_login that no setting of the plugin has.
std::string undeclared_in(const char* const* names, const bgw_plugin_descriptor& d) {
  for (; *names != nullptr; ++names)
    if (std::none_of(d.settings, d.settings + d.setting_count,
                     [&](const bgw_setting& s) { return std::strcmp(s.name, *names) == 0; }))
      return *names;
  return {};
}

// What is wrong with a login's table; empty: nothing.
std::string check_login(const bgw_login& login, const bgw_plugin_descriptor& d) {
  const std::string name = std::string(BGW_EXTENSION_LOGIN) + ": ";
  if (login.run == nullptr || login.needs == nullptr || login.stores == nullptr)
    return name + "found no function run or no list of settings, expected all of them";
  if ((login.flags & BGW_LOGIN_BY_PAGE) != 0 && login.page == nullptr)
    return name + "found no function page, expected one because a person logs in at a page";
  if (login.stores[0] == nullptr) return name + "found nothing that it stores, expected a setting";
  for (const char* const* names : {login.needs, login.stores})
    if (const std::string missing = undeclared_in(names, d); !missing.empty())
      return name + "found the setting '" + missing + "', expected one that the plugin declares";
  return {};
}

// What is wrong with the tables that a plugin has beside its descriptor; empty: nothing.
std::string check_extensions(const bgw_plugin_descriptor& d) {
  std::string problem;
  find_extension<bgw_instruments>(d, BGW_EXTENSION_INSTRUMENTS, kFirstInstruments, problem);
  if (problem.empty()) find_extension<bgw_credentials>(d, BGW_EXTENSION_CREDENTIALS, kFirstCredentials, problem);
  if (!problem.empty()) return problem;
  const auto* login = find_extension<bgw_login>(d, BGW_EXTENSION_LOGIN, kFirstLogin, problem);
  return login == nullptr ? problem : check_login(*login, d);
}

// What a plugin says while it is being loaded. Its functions get this object as their context.
struct Loading {
  explicit Loading(std::string name) : file(std::move(name)) {}

  std::string file;
  std::string error;
  log::Limited said{"plugin", "thread"};

  bgw_loader table() {
    return {sizeof(bgw_loader),  BGW_ABI_MAJOR,       BGW_ABI_MINOR,          this,
            &Loading::set_error, &Loading::write_log, &Loading::get_extension};
  }

 private:
  static void set_error(void* context, const char* text) noexcept {
    if (text != nullptr) static_cast<Loading*>(context)->error.assign(text, strnlen(text, 1000));
  }
  static void write_log(void* context, std::int32_t level, const char* text, std::size_t length) noexcept {
    static constexpr log::Level kLevels[] = {log::Level::debug, log::Level::info, log::Level::warning,
                                             log::Level::error};
    if (text == nullptr) return;
    auto& loading = *static_cast<Loading*>(context);
    try {
      // event: what a plugin says while it is loaded
      loading.said.write(kLevels[std::clamp(level, 0, 3)], "",
                         loading.file + ": " + log::redacted({text, length}, kMaxSaid));
    } catch (...) {
      // Without memory there is no line.
    }
  }
  static const void* get_extension(void*, const char*) noexcept { return nullptr; }
};

constexpr std::size_t kMaxBrokers = 16;

// Every broker of the file. `text` gets what is wrong, if anything is.
std::vector<const bgw_plugin_descriptor*> brokers_of(const bgw_plugin_descriptor* first, const std::string& stem,
                                                     std::string& text) {
  std::vector<const bgw_plugin_descriptor*> brokers;
  std::set<std::string> names;
  for (const bgw_plugin_descriptor* d = first;; d = d->next) {
    text = check_descriptor(d, brokers.empty() ? stem : "");
    if (text.empty() && !names.insert(d->broker).second)
      text = "broker: found '" + std::string(d->broker) + "' twice, expected it once in a file";
    if (text.empty() && brokers.size() == kMaxBrokers) text = "brokers: found more than 16, expected fewer";
    if (text.empty()) text = check_extensions(*d);
    if (!text.empty()) return {};
    brokers.push_back(d);
    if (d->next == nullptr) return brokers;
  }
}

}  // namespace

// load_library has asked for all of them before, so that a problem is a plugin that answers otherwise now.
const bgw_instruments* Library::instruments() const {
  std::string problem;
  const auto* found =
      find_extension<bgw_instruments>(descriptor(), BGW_EXTENSION_INSTRUMENTS, kFirstInstruments, problem);
  // event: an extension of a plugin cannot be used, and why
  if (!problem.empty()) log::error("plugin", path() + ": " + problem);
  return found;
}

const bgw_credentials* Library::credentials() const {
  std::string problem;
  const auto* found =
      find_extension<bgw_credentials>(descriptor(), BGW_EXTENSION_CREDENTIALS, kFirstCredentials, problem);
  // event: an extension of a plugin cannot be used, and why
  if (!problem.empty()) log::error("plugin", path() + ": " + problem);
  return found != nullptr && found->url != nullptr && found->judge != nullptr ? found : nullptr;
}

const bgw_login* Library::login() const {
  std::string problem;
  const auto* found = find_extension<bgw_login>(descriptor(), BGW_EXTENSION_LOGIN, kFirstLogin, problem);
  // event: an extension of a plugin cannot be used, and why
  if (!problem.empty()) log::error("plugin", path() + ": " + problem);
  return found;
}

Result<std::vector<std::shared_ptr<const Library>>> load_library(const std::string& path) {
  const auto copy = LibraryCopy::make(path);
  return copy ? load_copy(**copy) : copy.error();
}

Result<std::vector<std::shared_ptr<const Library>>> load_copy(LibraryCopy& copy) {
  const std::string& path = copy.path();
  if (const auto problem = check_elf(path)) return Error{*problem};
  if (const auto problem = lacks_entry(path)) return Error{*problem};
  const auto library = std::make_shared<dll::shared_library>();  // outlives the handlers below: what was thrown may be
                                                                 // of a type that it defines
  try {
    library->load(boost::dll::fs::path(path), dll::load_mode::rtld_now | dll::load_mode::rtld_local);
    copy.keep();
  } catch (const std::exception& e) {
    return Error{"load: found '" + loader_message(e.what(), path) + "', expected a library that the system can load"};
  }
  try {
    Loading loading(stem_of(copy.file()) + ".so");
    const bgw_loader loader = loading.table();
    const auto entry = library->get<const bgw_plugin_descriptor*(const bgw_loader*)>(BGW_PLUGIN_ENTRY_NAME);
    const bgw_plugin_descriptor* descriptor = entry(&loader);
    if (descriptor == nullptr && !loading.error.empty()) return Error{"the plugin says: " + loading.error};
    std::string problem;
    std::vector<std::shared_ptr<const Library>> brokers;
    for (const bgw_plugin_descriptor* d : brokers_of(descriptor, stem_of(copy.file()), problem))
      brokers.push_back(std::make_shared<LoadedLibrary>(copy, library, *d));
    if (!problem.empty()) return Error{problem};
    return brokers;
  } catch (const std::exception& e) {
    return Error{std::string("entry: found an exception (") + e.what() + "), expected a descriptor"};
  } catch (...) {
    return Error{"entry: found an exception, expected a descriptor"};
  }
}

}  // namespace gw::plugin_host
