#include "core/plugin_host/scanner.hpp"

#include <algorithm>
#include <filesystem>
#include <map>

#include "core/base/log.hpp"
#include "core/plugin_host/library_copy.hpp"
#include "core/plugin_host/library_file.hpp"

namespace gw::plugin_host {
namespace {

void refuse(ScanEntry& entry, const std::string& why) {
  entry.library.reset();
  entry.refusal = log::redacted(entry.file + ": refused: " + why);  // without the control characters of the plugin
}

bool names_its_file(const ScanEntry& entry) {
  return entry.file == std::string(entry.library->descriptor().broker) + ".so";
}

}  // namespace

// A file's first broker has the file's name, so that only a further broker of a file can have a name that is taken.
void refuse_twice_named(std::vector<ScanEntry>& entries) {
  std::map<std::string, const ScanEntry*> by_name;
  for (const ScanEntry& entry : entries)
    if (entry.library != nullptr && names_its_file(entry)) by_name[entry.library->descriptor().broker] = &entry;
  for (ScanEntry& entry : entries) {
    if (entry.library == nullptr) continue;
    const auto [first, fresh] = by_name.try_emplace(entry.library->descriptor().broker, &entry);
    if (!fresh && first->second != &entry)
      refuse(entry,
             "broker: found '" + first->first + "', which " + first->second->file + " has too, expected another name");
  }
}

ScanEntry refused(ScanEntry entry, const std::string& why) {
  refuse(entry, why);
  return entry;
}

ReadPlugin read_plugin(const std::string& path, const std::vector<std::string>& allow) {
  ScanEntry entry{path, std::filesystem::path(path).filename().string(), nullptr, {}, {}};
  const auto copy = LibraryCopy::make(path);
  if (!copy) return {refused(std::move(entry), copy.error().message), nullptr};
  entry.sha256 = (*copy)->sha256();
  if (!allow.empty() && std::find(allow.begin(), allow.end(), entry.sha256) == allow.end())
    return {refused(entry, "sha256: found " + entry.sha256 + ", expected one of plugins.allow"), nullptr};
  return {std::move(entry), *copy};
}

std::vector<ScanEntry> load_plugin(const ReadPlugin& read, const Load& load) {
  if (read.copy == nullptr) return {read.entry};
  auto loaded = load ? load(read.copy) : load_copy(*read.copy);
  if (!loaded) return {refused(read.entry, loaded.error().message)};
  std::vector<ScanEntry> entries(loaded->size(), read.entry);
  for (std::size_t i = 0; i < entries.size(); ++i) entries[i].library = std::move((*loaded)[i]);
  return entries;
}

std::vector<ScanEntry> scan_file(const std::string& path, const std::vector<std::string>& allow, const Load& load) {
  return load_plugin(read_plugin(path, allow), load);
}

Result<std::vector<ScanEntry>> scan(const std::string& folder, const std::vector<std::string>& allow,
                                    const Load& load) {
  if (const auto problem = check_folder(folder)) return Error{"plugins.directory " + folder + ": " + *problem};
  std::vector<std::string> paths;
  std::error_code ec;
  for (const auto& item : std::filesystem::directory_iterator(folder, ec)) {
    const std::string name = item.path().filename().string();
    if (!name.starts_with('.') && name.ends_with(".so")) paths.push_back(item.path().string());
  }
  if (ec) return Error{"plugins.directory " + folder + ": " + ec.message()};
  std::sort(paths.begin(), paths.end());
  std::vector<ScanEntry> entries;
  for (const std::string& path : paths)
    for (ScanEntry& entry : scan_file(path, allow, load)) entries.push_back(std::move(entry));
  refuse_twice_named(entries);
  return entries;
}

}  // namespace gw::plugin_host
