#include "core/control/unix_address.hpp"

#include <cstring>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

namespace gw::control {

Result<UnixAddress> UnixAddress::of(const std::string& path) {
  UnixAddress address;
  std::string name = path;
  if (path.size() >= sizeof address.address_.sun_path) {
    const std::size_t slash = path.rfind('/');
    address.folder_ =
        slash == std::string::npos ? -1 : ::open(path.substr(0, slash).c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
    name = "/proc/self/fd/" + std::to_string(address.folder_) + path.substr(slash == std::string::npos ? 0 : slash);
    if (address.folder_ < 0 || name.size() >= sizeof address.address_.sun_path)
      return Error{"control socket " + path + ": its folder cannot be opened, or its name is too long"};
  }
  address.address_.sun_family = AF_UNIX;
  std::memcpy(address.address_.sun_path, name.c_str(), name.size() + 1);
  return address;
}

UnixAddress::UnixAddress(UnixAddress&& other) noexcept
    : address_(other.address_), folder_(std::exchange(other.folder_, -1)) {}

UnixAddress::~UnixAddress() {
  if (folder_ >= 0) ::close(folder_);
}

}  // namespace gw::control
