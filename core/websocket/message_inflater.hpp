// Inflates the compressed messages of one connection (RFC 7692), each in pieces, so that a small message that becomes a
// large one holds nobody up. Thread: the connection's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

struct z_stream_s;

namespace gw::websocket {

class MessageInflater {
 public:
  enum class State : std::uint8_t { more, done, broken, too_large };

  // `keeps_window`: what a message says may refer to the messages before it. Otherwise nothing is kept between them.
  explicit MessageInflater(bool keeps_window);
  ~MessageInflater();
  MessageInflater(const MessageInflater&) = delete;
  MessageInflater& operator=(const MessageInflater&) = delete;

  // `message` must stay until end(). A text must be UTF-8. `limit`: bytes that it may become.
  void begin(std::string_view message, bool is_text, std::size_t limit);
  // Inflates one more piece. Broken: problem() says why.
  State inflate_some();
  bool is_text() const { return is_text_; }
  std::string_view payload() const { return out_; }
  const char* problem() const { return problem_; }
  // The message is over; its memory is freed.
  void end();

 private:
  State inflate_block();
  State stopped_reading();
  State finished();
  State broken(const char* why);

  const bool keeps_window_;
  bool is_text_ = false;
  bool is_behind_end_ = false;  // zlib has got the marker that a sender leaves away
  std::size_t limit_ = 0;
  std::size_t checked_ = 0;  // bytes of out_ that are UTF-8
  std::string out_;
  const char* problem_ = "";
  std::unique_ptr<z_stream_s> stream_;  // null: between messages, where no window is kept
};

}  // namespace gw::websocket
