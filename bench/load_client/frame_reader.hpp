// Finds the frames in one connection's bytes by their headers alone; payloads are passed over, or kept where wanted.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace bench {

enum class Opcode : std::uint8_t { continuation = 0, text = 1, binary = 2, close = 8, ping = 9, pong = 10 };

class FrameReader {
 public:
  void keep_payloads(bool keep) { keep_ = keep; }

  // Calls on_message(opcode, payload, size) at the end of each message: the payload is there for control frames, and
  // for data while payloads are kept. False: the bytes are no frames of a server.
  template <class OnMessage>
  bool take(std::string_view bytes, OnMessage&& on_message) {
    while (!bytes.empty() || (in_payload_ && left_ == 0)) {
      if (!in_payload_) {
        header_[have_++] = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        if (have_ < 2 || have_ < header_size()) continue;
        if ((header_[1] & 0x80U) != 0 || (header_[0] & 0x70U) != 0) return false;
        begin_payload();
        continue;
      }
      const std::size_t here = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
      if (is_control()) {
        control_.append(bytes.substr(0, here));
      } else if (keep_) {
        data_.append(bytes.substr(0, here));
      }
      bytes.remove_prefix(here);
      left_ -= here;
      if (left_ == 0) end_payload(on_message);
    }
    return true;
  }

 private:
  bool is_control() const { return (header_[0] & 0x08U) != 0; }
  std::size_t header_size() const { return header_[1] == 127 ? 10 : header_[1] == 126 ? 4 : 2; }

  void begin_payload() {
    left_ = header_[1];
    if (have_ > 2) {
      left_ = 0;
      for (std::size_t i = 2; i < have_; ++i) left_ = left_ << 8U | header_[i];
    }
    if (!is_control()) size_ += left_;
    in_payload_ = true;
  }

  template <class OnMessage>
  void end_payload(OnMessage& on_message) {
    in_payload_ = false;
    have_ = 0;
    const bool last = (header_[0] & 0x80U) != 0;
    const auto opcode = static_cast<Opcode>(header_[0] & 0x0fU);
    if (is_control()) {
      on_message(opcode, std::string_view(control_), control_.size());
      control_.clear();
    } else if (last) {
      on_message(Opcode::text, std::string_view(data_), size_);
      data_.clear();
      size_ = 0;
    }
  }

  std::array<std::uint8_t, 10> header_{};
  std::size_t have_ = 0;
  std::uint64_t left_ = 0;  // of this frame's payload
  std::uint64_t size_ = 0;  // of this message so far
  bool in_payload_ = false;
  bool keep_ = false;
  std::string control_;
  std::string data_;
};

}  // namespace bench
