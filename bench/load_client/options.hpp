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
  discard  // as raw, but what comes need not be frames: it is dropped unread, and only its bytes count
};

struct Options {
  std::uint16_t port = 0;
  int clients = 1;
  Talk talk = Talk::raw;
  std::vector<std::vector<std::string>> messages;  // a list for each client, used in turn
  bool busy = false;                               // does not sleep while there is nothing to read
  bool at_once = false;                            // sends the last message at once, not when all clients are connected
  double warmup = 0.5;
  double seconds = 2;
  int stalled = 0;  // the first clients: they never read once they are subscribed
  int timed = 0;    // the last clients: they take the ages of what they get
  int slow = 0;     // the clients after the stalled ones: they read at a limited rate
  double slow_bytes_per_second = 0;
  int server = 0;  // the process whose processor time and memory are reported; 0: none
};

}  // namespace bench
