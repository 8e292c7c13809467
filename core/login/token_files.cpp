#include "core/login/token_files.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/config/settings.hpp"

namespace gw::login {
namespace {

namespace fs = std::filesystem;

Error failed(const std::string& path) { return {"token file " + path + ": " + std::strerror(errno)}; }

// Writes all of `text` to a new file and waits until the disk has it.
Result<void> write_new(const std::string& path, const std::string& text) {
  ::unlink(path.c_str());  // of a login that was killed
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return failed(path);
  bool good = ::fchmod(fd, 0600) == 0;
  for (std::size_t at = 0; good && at < text.size();) {
    const ssize_t n = ::write(fd, text.data() + at, text.size() - at);
    if (n < 0 && errno == EINTR) continue;
    good = n > 0;
    if (good) at += static_cast<std::size_t>(n);
  }
  good = good && ::fsync(fd) == 0;
  Result<void> done = good ? Result<void>() : failed(path);
  ::close(fd);
  return done;
}

// Waits until the disk has the names of the folder.
void sync_folder(const fs::path& folder) {
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return;
  ::fsync(fd);
  ::close(fd);
}

// The files that are written and not yet in their places; those that are left are removed.
struct Parts {
  std::vector<std::pair<std::string, std::string>> all;  // path, and where it belongs
  Parts() = default;
  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;
  ~Parts() {
    for (const auto& [part, path] : all) ::unlink(part.c_str());
  }
};

std::string shown(const config::Setting* setting) {
  if (setting == nullptr || setting->values.size() != 1) return "nothing";
  return config::shown(setting->values[0]);
}

}  // namespace

TokenFiles token_files(const config::Broker& broker, const std::string& file, const std::vector<std::string>& settings,
                       std::vector<config::Problem>& problems) {
  TokenFiles files;
  for (const std::string& key : settings) {
    const auto found = std::find_if(broker.settings.begin(), broker.settings.end(),
                                    [&](const config::Setting& s) { return s.key == key; });
    const config::Setting* setting = found == broker.settings.end() ? nullptr : &*found;
    const config::Problem where{file, setting == nullptr ? broker.line : setting->line,
                                "brokers." + broker.name + ".settings." + key, "", ""};
    const auto add = [&](std::string what, std::string expected) {
      problems.push_back({where.file, where.line, where.key, std::move(what), std::move(expected)});
    };
    if (setting == nullptr || setting->values.size() != 1 || setting->values[0].source != config::Value::Source::file) {
      add(shown(setting), "${file:PATH}, because a login stores the new value there");
      continue;
    }
    files[key] = setting->values[0].text;
  }
  return files;
}

Result<void> write_tokens(const TokenFiles& files, const std::map<std::string, std::string>& tokens) {
  Parts parts;
  for (const auto& [key, token] : tokens) {
    const auto file = files.find(key);
    if (file == files.end()) return Error{"found no file for " + key + ", expected one in gateway.yaml"};
    std::error_code ec;
    fs::create_directories(fs::path(file->second).parent_path(), ec);
    if (fs::is_directory(file->second, ec)) return Error{"token file " + file->second + ": expected a regular file"};
    parts.all.emplace_back(file->second + ".new", file->second);
    if (const auto written = write_new(parts.all.back().first, token + '\n'); !written) return written;
  }
  for (const auto& [part, path] : parts.all) {
    if (std::rename(part.c_str(), path.c_str()) != 0) return failed(path);
    sync_folder(fs::path(path).parent_path());
  }
  return {};
}

}  // namespace gw::login
