// One file of a recording. Whoever records never waits for the disk: records lie in memory until a thread of the file's
// own has written them. Where they become too many, or the disk has no room, the recording ends; what was written
// stays, and is good up to its last whole record.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "bgw/testing/record_writer.hpp"
#include "core/base/descriptor.hpp"
#include "core/base/result.hpp"

namespace gw::recording {

struct FileLimits {
  std::size_t waiting = 16 << 20;         // bytes that lie in memory
  std::uint64_t free_space = 256u << 20;  // of the disk, for everybody else
};

class RecordingFile final : public bgw::testing::RecordSink {
 public:
  // Called once if the recording ends before its time, with the reason. [any]
  using OnEnd = std::function<void(const std::string& why)>;

  // Makes FOLDER/BROKER-TIME-NUMBER.bgwrec, for the owner alone. The error names the file.
  static Result<std::shared_ptr<RecordingFile>> create(const std::string& folder, std::string_view broker,
                                                       std::int64_t wall_ns, OnEnd on_end);
  // `path` is for people, and for the question how much room its disk has.
  RecordingFile(Descriptor file, std::string path, OnEnd on_end, FileLimits limits = {});
  // What was recorded is still written.
  ~RecordingFile() override;

  const std::string& path() const;
  // Takes records whole or not at all. Never waits for the disk; nothing happens once the recording has ended. [any]
  void write(std::string_view bytes) noexcept override;

 private:
  struct Body;
  std::shared_ptr<Body> body_;  // shared with the thread, for which nobody waits
};

// Waits until what was recorded so far in this process is in its files, `limit_ns` at the most. Takes no lock, so that
// a signal handler may call it. [any]
void drain(std::int64_t limit_ns) noexcept;

}  // namespace gw::recording
