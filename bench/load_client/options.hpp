// What one run of the load client does.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace bench {

enum class Talk {
  gateway,
  nats,
  raw,
  discard  // as raw, and what comes is no frames: it is dropped unread, and only its bytes count
};

struct Options {
  std::uint16_t port = 0;
  int clients = 1;
  Talk talk = Talk::raw;
  std::vector<std::vector<std::string>> messages;  // client i says those of place i, round and round
  bool busy = false;                               // does not sleep while there is nothing to read
  bool at_once = false;                            // the last message is said as a client comes, not once all are there
  double warmup = 0.5;
  double seconds = 2;
  int stalled = 0;  // of the clients: these never read once they are subscribed
  int timed = 0;    // the last ones tell how old what they get is
  int slow = 0;     // and these read at a limited rate
  double slow_bytes_per_second = 0;
  int server = 0;  // the process whose processor time and memory are told; 0: none
};

}  // namespace bench
