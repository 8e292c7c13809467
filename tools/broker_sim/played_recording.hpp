// What a stand-in needs of a recording (bgw/testing/recording.hpp): what each of the broker's sockets said, and when it
// was said, and the answers of its web interface.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.hpp"

namespace sim {

struct PlayedStep {
  enum class Kind {
    heard,  // the gateway had sent something here
    frame,  // the broker sent this
    close   // the socket ended
  };
  Kind kind;
  std::int64_t time_ns;
  std::uint32_t opcode = 0;  // of a frame
  std::string bytes{};       // of a frame, or of what the gateway had sent
  int code = 0;              // of a close; 1006: without a close frame
};

struct PlayedSocket {
  std::string path;  // of its address
  std::int64_t opened_ns = 0;
  std::size_t frames = 0;
  std::vector<PlayedStep> steps;
};

struct PlayedAnswer {
  int status = 0;
  std::string body;
};

struct PlayedRecording {
  std::string plugin;  // "zerodha 0.9.0"
  std::vector<PlayedSocket> sockets;
  std::map<std::string, std::vector<PlayedAnswer>> answers;  // by "GET /path"
  std::string problem;                                       // of its end: cut off or damaged; else empty
};

// The error names the file: it cannot be read, is no recording, or has nothing that a broker could play.
gw::Result<PlayedRecording> read_recording(const std::string& path);

// "/path" of an address or of a request's target.
std::string path_of(std::string_view url);

}  // namespace sim
