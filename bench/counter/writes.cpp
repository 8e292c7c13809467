// Loaded before the C library (LD_PRELOAD): counts what a process writes to its sockets, into a file that others read
// while it runs. It adds two additions to a system call, so that it may be there while speed is measured.
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "counter/counts_file.hpp"

namespace {

struct Counts {
  std::atomic<std::uint64_t> writes{0};
  std::atomic<std::uint64_t> bytes{0};
};

Counts nowhere;
Counts* counts = &nowhere;

// Smaller writes are not counted: write() and writev() are also used for wake-ups and files.
constexpr long kMinBytes = 64;

__attribute__((constructor)) void open_counts() {
  if (void* memory = bench::map_counts("BENCH_WRITES", sizeof(Counts))) counts = static_cast<Counts*>(memory);
}

ssize_t counted(long written) {
  if (written >= kMinBytes) {
    counts->writes.fetch_add(1, std::memory_order_relaxed);
    counts->bytes.fetch_add(static_cast<std::uint64_t>(written), std::memory_order_relaxed);
  }
  return written;
}

}  // namespace

extern "C" {

ssize_t send(int socket, const void* bytes, std::size_t size, int flags) {
  return counted(::syscall(SYS_sendto, socket, bytes, size, flags, nullptr, 0));
}

ssize_t sendmsg(int socket, const msghdr* message, int flags) {
  return counted(::syscall(SYS_sendmsg, socket, message, flags));
}

ssize_t write(int file, const void* bytes, std::size_t size) {
  return counted(::syscall(SYS_write, file, bytes, size));
}

ssize_t writev(int file, const iovec* pieces, int count) { return counted(::syscall(SYS_writev, file, pieces, count)); }

}  // extern "C"
