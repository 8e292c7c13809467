// A file descriptor that lines are written to: a file that grows, or standard error. POSIX stays in descriptor.cpp.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace gw {

class Descriptor {
 public:
  struct Written {
    std::size_t bytes = 0;
    int error = 0;  // errno; 0: all of it was written
  };

  Descriptor() = default;  // none
  static Descriptor standard_error();
  // Appends; a new file is readable by the owner and the group. No open file where that fails, and errno says why.
  static Descriptor append_to(const std::string& path);
  // A new file, for the owner alone. No open file where that fails, or one of this name is there, and errno says why.
  static Descriptor create(const std::string& path);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept;
  Descriptor& operator=(Descriptor&& other) noexcept;

  bool is_open() const { return fd_ >= 0; }
  bool is_regular() const;  // no device, pipe or socket
  std::uint64_t size() const;
  // Waits for a slow reader as long as it takes.
  Written write(std::string_view text) const;
  // Waits `limit_ns` at the most for room: for short texts that nothing may depend on.
  Written write_within(std::string_view text, std::int64_t limit_ns) const;
  // Whether systemd reads this descriptor into its journal, as the environment says.
  bool is_journal() const;

 private:
  Descriptor(int fd, bool is_owned) : fd_(fd), is_owned_(is_owned) {}

  int fd_ = -1;
  bool is_owned_ = false;
};

}  // namespace gw
