// The contiguous, bounded bytes that wait for one socket.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace gw::websocket {

class Output {
 public:
  explicit Output(std::size_t limit) : limit_(limit) {}

  std::size_t backlog() const { return bytes_.size() - sent_; }
  std::size_t room() const { return backlog() < limit_ ? limit_ - backlog() : 0; }
  std::string_view waiting() const { return std::string_view(bytes_).substr(sent_); }

  // For writers that must not be refused: control frames, handshakes.
  std::string& tail() { return bytes_; }
  bool append(std::string_view bytes) {
    if (bytes.size() > room()) return false;
    bytes_.append(bytes);
    return true;
  }
  void sent(std::size_t n) {
    sent_ += n;
    if (sent_ == bytes_.size()) {
      bytes_.clear();  // keeps its memory
      sent_ = 0;
    } else if (sent_ > bytes_.size() / 2 && sent_ > kCompactAbove) {
      bytes_.erase(0, sent_);
      sent_ = 0;
    }
  }

 private:
  static constexpr std::size_t kCompactAbove = 64 * 1024;
  std::string bytes_;
  std::size_t sent_ = 0;
  std::size_t limit_;
};

}  // namespace gw::websocket
