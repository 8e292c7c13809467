// A plugin's file, read once into memory that nobody can write any more: what is hashed is what is checked and loaded,
// and the file itself may be overwritten or removed while the plugin runs. POSIX stays in the .cpp. [any]
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/result.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::plugin_host {

class LibraryCopy {
 public:
  // Reads the file if its type, owner and permissions allow loading it. An error, too: somebody writes it meanwhile.
  static Result<std::shared_ptr<LibraryCopy>> make(const std::string& file);
  // The copy behind an inherited descriptor, which is taken over: another process made it.
  static std::shared_ptr<LibraryCopy> adopt(const std::string& file, int descriptor);
  ~LibraryCopy();
  LibraryCopy(const LibraryCopy&) = delete;
  LibraryCopy& operator=(const LibraryCopy&) = delete;

  const std::string& file() const { return file_; }
  const std::string& path() const { return path_; }      // of the copy, while this lives
  const std::string& sha256() const { return sha256_; }  // of its bytes, hex; "" of one that was adopted
  int descriptor() const { return descriptor_; }
  // The copy stays until the process ends. The system's loader knows libraries by their paths, and may not unload one:
  // no other copy may ever have the path of one that was loaded.
  void keep() { is_kept_ = true; }

 private:
  LibraryCopy(std::string file, int descriptor);

  std::string file_;
  int descriptor_;
  std::string path_;
  std::string sha256_;
  bool is_kept_ = false;
};

// Like load_library, of a copy that was made before.
Result<std::vector<std::shared_ptr<const Library>>> load_copy(LibraryCopy& copy);

}  // namespace gw::plugin_host
