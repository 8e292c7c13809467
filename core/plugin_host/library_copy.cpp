#include "core/plugin_host/library_copy.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <openssl/evp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/text.hpp"
#include "core/plugin_host/library_file.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::uint64_t kMaxSize = std::uint64_t{1} << 30;
constexpr std::size_t kMaxName = 240;  // the system allows 249 bytes
constexpr const char* kBeingWritten = "file: found one that is being written, expected a whole one";

// Closes the file when it has been read.
class Opened {
 public:
  explicit Opened(const std::string& file) : descriptor_(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~Opened() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  Opened(const Opened&) = delete;
  Opened& operator=(const Opened&) = delete;
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

Error system_error(const char* what) { return Error{std::string(what) + ": " + std::strerror(errno)}; }

bool is_same(const struct stat& a, const struct stat& b) {
  return a.st_size == b.st_size && a.st_mtim.tv_sec == b.st_mtim.tv_sec && a.st_mtim.tv_nsec == b.st_mtim.tv_nsec &&
         a.st_ctim.tv_sec == b.st_ctim.tv_sec && a.st_ctim.tv_nsec == b.st_ctim.tv_nsec;
}

bool write_all(int to, const char* data, std::size_t size) {
  while (size != 0) {
    const ssize_t written = ::write(to, data, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    data += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

// Copies from one descriptor to the other; the digest of all bytes.
Result<std::string> copy_bytes(int from, int to, std::uint64_t size) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> hash(EVP_MD_CTX_new(), &EVP_MD_CTX_free);
  if (hash == nullptr || EVP_DigestInit_ex(hash.get(), EVP_sha256(), nullptr) != 1)
    return Error{"file: its SHA-256 cannot be computed"};
  std::array<char, 64 * 1024> part;
  std::uint64_t copied = 0;
  for (;;) {
    const ssize_t got = ::read(from, part.data(), part.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("file");
    if (got == 0) break;
    copied += static_cast<std::uint64_t>(got);
    if (copied > size || !write_all(to, part.data(), static_cast<std::size_t>(got)))
      return copied > size ? Error{std::string(kBeingWritten)} : system_error("the private copy of the file");
    EVP_DigestUpdate(hash.get(), part.data(), static_cast<std::size_t>(got));
  }
  if (copied != size) return Error{std::string(kBeingWritten)};
  std::array<unsigned char, 32> digest;
  EVP_DigestFinal_ex(hash.get(), digest.data(), nullptr);
  return hex(digest);
}

}  // namespace

LibraryCopy::LibraryCopy(std::string file, int descriptor)
    : file_(std::move(file)),
      descriptor_(descriptor),
      // With the process's number instead of "self" a debugger finds it too.
      path_("/proc/" + std::to_string(::getpid()) + "/fd/" + std::to_string(descriptor)) {}

LibraryCopy::~LibraryCopy() {
  if (!is_kept_) ::close(descriptor_);
}

std::shared_ptr<LibraryCopy> LibraryCopy::adopt(const std::string& file, int descriptor) {
  return std::shared_ptr<LibraryCopy>(new LibraryCopy(file, descriptor));
}

Result<std::shared_ptr<LibraryCopy>> LibraryCopy::make(const std::string& file) {
  if (const auto problem = check_file(file)) return Error{*problem};
  // Non-blocking: what was a file a moment ago may be a pipe now.
  const Opened from(file);
  if (from.get() < 0) return system_error("file");
  struct stat before {};
  struct stat after {};
  if (::fstat(from.get(), &before) != 0) return system_error("file");
  if (const auto problem = check_file(before)) return Error{*problem};
  const auto size = static_cast<std::uint64_t>(before.st_size);
  if (size > kMaxSize) return Error{"file: found " + std::to_string(size) + " bytes, expected at most 1 GiB"};
  // Tools show the name among the process's mappings.
  const std::string name = file.size() > kMaxName ? file.substr(file.size() - kMaxName) : file;
  const int to = ::memfd_create(name.c_str(), MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (to < 0) return system_error("the private copy of the file");
  const std::shared_ptr<LibraryCopy> copy(new LibraryCopy(file, to));
  auto digest = copy_bytes(from.get(), to, size);
  if (!digest) return digest.error();
  if (::fstat(from.get(), &after) != 0) return system_error("file");
  if (!is_same(before, after)) return Error{std::string(kBeingWritten)};
  if (::fcntl(to, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) != 0)
    return system_error("the private copy of the file");
  copy->sha256_ = std::move(*digest);
  return copy;
}

}  // namespace gw::plugin_host
