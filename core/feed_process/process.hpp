// A process of this executable: begun, watched, ended, and with it whatever it has begun itself. POSIX stays in the
// .cpp. Thread: the one that begins it; the process ends when that thread does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace gw::feed_process {

// What a process may use.
struct Limits {
  std::uint64_t memory = 0;       // bytes of data; 0: no limit
  std::uint64_t descriptors = 0;  // open at a time; 0: no limit
  std::uint64_t core_dump = 0;    // bytes; 0: there is none
};

class Process {
 public:
  // Runs this executable with `arguments`. It inherits `descriptors`, under their numbers, and nothing else; its
  // standard error can be read from output().
  static Result<Process> begin(const std::vector<std::string>& arguments, const std::vector<int>& descriptors);
  ~Process();  // kills it, if it still runs, and what it left behind
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) = delete;

  int number() const { return pid_; }
  int descriptor() const { return pidfd_; }  // readable when the process has ended
  int output() const { return output_; }
  // What has come from its standard error; empty: nothing more is there now.
  std::string read_output() const;
  // How it ended: "ended by signal 11 (SIGSEGV)", "ended with status 1"; nothing: it runs. What it left behind is
  // killed when this first says that it has ended.
  std::optional<std::string> ended();
  void kill() const;

  // ---- what such a process does first
  // Closes whatever it inherited but `descriptors`, and gives up what it does not need: new privileges, and its life
  // after that of the thread that began it.
  static Result<void> settle_in(const std::vector<int>& descriptors);
  // From now on. Memory has no limit under a sanitizer. A process that finds no more memory says so and ends.
  static Result<void> limit(const Limits& limits);

 private:
  Process(int pid, int pidfd, int output, std::string mark)
      : pid_(pid), pidfd_(pidfd), output_(output), mark_(std::move(mark)) {}
  void end_what_it_left() const;

  int pid_ = -1;
  int pidfd_ = -1;
  int output_ = -1;
  std::string mark_;  // a variable in its environment, which what it begins has too
  std::optional<std::string> ended_;
};

}  // namespace gw::feed_process
