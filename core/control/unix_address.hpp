// The address of a Unix socket in the file system. Any thread.
#pragma once

#include <string>

#include <sys/socket.h>
#include <sys/un.h>

#include "core/base/result.hpp"

namespace gw::control {

// A socket's address holds 107 bytes of path. A longer path is reached through its folder's descriptor, which this
// object keeps open.
class UnixAddress {
 public:
  static Result<UnixAddress> of(const std::string& path);
  UnixAddress(UnixAddress&& other) noexcept;
  UnixAddress& operator=(UnixAddress&&) = delete;
  ~UnixAddress();

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address_); }
  static constexpr socklen_t size() { return sizeof(sockaddr_un); }

 private:
  UnixAddress() = default;

  sockaddr_un address_{};
  int folder_ = -1;
};

}  // namespace gw::control
