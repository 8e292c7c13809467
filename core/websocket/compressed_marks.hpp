// Takes the mark of compression (RSV1, RFC 7692) off the frames of a peer before Beast reads them, and remembers which
// messages had it. To Beast such a message is a binary one, whose bytes it leaves alone. It sees frames that Beast has
// not come to yet. Thread: the connection's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace gw::websocket {

class CompressedMarks {
 public:
  struct Kind {
    bool is_text;
    bool is_compressed;
  };

  // The next bytes of the connection, in their order, however they are cut.
  void take_off(std::span<char> bytes);
  // Of the oldest message that was not asked for yet; Beast has read it to its end.
  Kind next();

 private:
  void take_header_byte(char& c);
  std::size_t header_size() const;
  std::uint64_t payload_size() const;

  static constexpr std::size_t kMaxHeader = 14;
  unsigned char header_[kMaxHeader];
  std::size_t have_ = 0;            // bytes of the present header
  std::uint64_t payload_left_ = 0;  // of the present frame
  std::string kinds_;               // a character for each message
  std::size_t asked_ = 0;           // of them
};

}  // namespace gw::websocket
