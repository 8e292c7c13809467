// A file that is written beside the file that it replaces when it is complete. Belongs to one thread.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

#include "core/base/result.hpp"

namespace gw::download {

class PartFile {
 public:
  explicit PartFile(std::string path) : path_(std::move(path)), part_(path_ + ".part") {}
  ~PartFile();  // an unfinished part is removed
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  Result<void> start();  // makes an empty part, or empties the one that is there
  Result<void> append(std::string_view bytes);
  std::uint64_t size() const { return size_; }
  Result<void> finish();  // replaces the file

 private:
  Error failed(const char* what) const;

  std::string path_;
  std::string part_;
  std::FILE* file_ = nullptr;
  std::uint64_t size_ = 0;
};

}  // namespace gw::download
