// One end of a pair of sockets that two processes talk over: whole messages, in their order. POSIX stays in the .cpp.
// [any]
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.hpp"

namespace gw::feed_process {

class MessageSocket {
 public:
  static constexpr std::size_t kMaxMessage = 128 * 1024;

  MessageSocket() = default;
  explicit MessageSocket(int descriptor) : descriptor_(descriptor) {}  // takes it over
  static Result<std::pair<MessageSocket, MessageSocket>> make_pair();
  ~MessageSocket();
  MessageSocket(MessageSocket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  MessageSocket& operator=(MessageSocket&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }

  // Does not wait. False: the other side is gone, or reads nothing.
  bool send(std::string_view message) const;
  // Waits until the other side has room for it. False: the other side is gone.
  bool send_patiently(std::string_view message) const;
  struct Received {
    std::string message;
    bool is_over = false;  // the other side is gone, and nothing is left to read
  };
  // Nothing: none has come within `patience_ms`; -1: waits as long as it takes.
  std::optional<Received> receive(int patience_ms) const;
  int descriptor() const { return descriptor_; }
  // Returns when the other side of the socket with this descriptor is gone; reads nothing.
  static void wait_for_end(int descriptor);
  void close();

 private:
  int descriptor_ = -1;
};

}  // namespace gw::feed_process
