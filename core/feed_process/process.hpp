// A process of this executable: begun, watched, ended. POSIX stays in the .cpp. Thread: the one that begins it; the
// process ends when that thread does.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.hpp"

namespace gw::feed_process {

class Process {
 public:
  // Runs this executable with `arguments`. It inherits `descriptors`, under their numbers, and nothing else; its
  // standard error can be read from output().
  static Result<Process> begin(const std::vector<std::string>& arguments, const std::vector<int>& descriptors);
  ~Process();  // kills it, if it still runs
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) = delete;

  int number() const { return pid_; }
  int descriptor() const { return pidfd_; }  // readable when the process has ended
  int output() const { return output_; }
  // What has come from its standard error; empty: nothing more is there now.
  std::string read_output() const;
  // How it ended: "ended by signal 11 (SIGSEGV)", "ended with status 1"; nothing: it runs.
  std::optional<std::string> ended();
  bool ended_well() const { return ended_well_; }  // with status 0
  void kill() const;

  // ---- what such a process does first
  // Closes whatever it inherited but `descriptors`, and gives up what it does not need: new privileges, its life after
  // that of the thread that began it, and more descriptors than `descriptor_limit`.
  static void settle_in(const std::vector<int>& descriptors);
  // 0: no limit.
  static void limit(std::uint64_t memory, std::uint64_t descriptors);

 private:
  Process(int pid, int pidfd, int output) : pid_(pid), pidfd_(pidfd), output_(output) {}

  int pid_ = -1;
  int pidfd_ = -1;
  int output_ = -1;
  std::optional<std::string> ended_;
  bool ended_well_ = false;
};

}  // namespace gw::feed_process
