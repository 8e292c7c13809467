// A file that is written under a name of its own and then takes its place at once, so that nobody sees half of it. Any
// thread.
#pragma once

#include <string>

#include "core/base/result.hpp"

namespace gw {

// "a folder", "a named pipe", "a symbolic link" …; empty: a regular file, or none.
std::string irregular_file_at(const std::string& path);

class FreshFile {
 public:
  // Makes an empty file beside `path`, under a name that no file has. An error where something is at `path` that is no
  // regular file: a rename would put it away.
  static Result<FreshFile> beside(const std::string& path, unsigned mode);
  FreshFile(FreshFile&& other) noexcept;
  FreshFile& operator=(FreshFile&&) = delete;
  FreshFile(const FreshFile&) = delete;
  FreshFile& operator=(const FreshFile&) = delete;
  ~FreshFile();  // removes the file unless it has taken its place

  const std::string& path() const { return path_; }
  Result<void> take_place();

 private:
  FreshFile(std::string path, std::string place) : path_(std::move(path)), place_(std::move(place)) {}
  std::string path_;  // empty: there is nothing to remove
  std::string place_;
};

}  // namespace gw
