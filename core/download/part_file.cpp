#include "core/download/part_file.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace gw::download {

PartFile::~PartFile() {
  if (file_ == nullptr) return;
  std::fclose(file_);
  std::remove(part_.c_str());
}

Error PartFile::failed(const char* what) const { return {part_ + ": cannot be " + what + ": " + std::strerror(errno)}; }

Result<void> PartFile::start() {
  file_ = file_ == nullptr ? std::fopen(part_.c_str(), "wb") : std::freopen(part_.c_str(), "wb", file_);
  size_ = 0;
  if (file_ == nullptr) return failed("written");
  return {};
}

Result<void> PartFile::append(std::string_view bytes) {
  if (std::fwrite(bytes.data(), 1, bytes.size(), file_) != bytes.size()) return failed("written");
  size_ += bytes.size();
  return {};
}

Result<void> PartFile::finish() {
  const bool written = std::fclose(file_) == 0;
  file_ = nullptr;
  std::error_code ec;
  if (written) std::filesystem::rename(part_, path_, ec);
  if (written && !ec) return {};
  const Error error = written ? Error{path_ + ": " + ec.message()} : failed("written");
  std::remove(part_.c_str());
  return error;
}

}  // namespace gw::download
