// Sends on one connection. Messages are framed here and wait in the Output, as do the control frames that Beast makes;
// flush() gives the stream as much of them as it takes, and the rest follows when it can. Thread: the connection's.
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <string_view>

#include "core/websocket/byte_stream.hpp"
#include "core/websocket/connection.hpp"
#include "core/websocket/intake.hpp"
#include "core/websocket/output.hpp"

namespace gw::websocket {

class Writer {
 public:
  explicit Writer(std::size_t output_limit) : output_(output_limit) {}

  // From now on flush() writes to `stream`, until detach().
  void attach(ByteStream& stream) { stream_ = &stream; }
  void detach() { stream_ = nullptr; }
  // Messages are masked, as a client's must be.
  void mask_messages() { mask_ = std::make_unique<std::mt19937>(std::random_device{}()); }
  bool masks() const { return mask_ != nullptr; }

  Output& output() { return output_; }
  const Output& output() const { return output_; }
  // Appends one whole message. False, and nothing appended, when the output is closed or has no room.
  bool send(Opcode opcode, std::string_view payload);
  // Appends a pong and flushes. A peer that pings and does not read gets the newest pong only (RFC 6455, 5.5.3).
  void send_pong(std::string_view frame);
  void flush();
  // Writes a last time what the stream takes at once, before the connection ends.
  void flush_last();
  // Ends the stream's way out as soon as everything is written.
  void shut_down_when_drained() { ends_when_drained_ = true; }
  // Leaves only the frame of which the stream has taken something already.
  void drop_frames() { output_.drop_frames(stream_->bound()); }
  // The stream takes bytes again, or never will. True: everything is written.
  bool on_writable(boost::system::error_code ec);

  std::uint64_t written() const { return written_; }  // bytes that the stream has taken so far
  Intake intake() const;

 private:
  void write_own(boost::system::error_code& ec);
  void write_shared_frames(boost::system::error_code& ec);
  void append_pong(std::string_view frame);
  bool append_kept_pong();

  Output output_;
  ByteStream* stream_ = nullptr;
  std::unique_ptr<std::mt19937> mask_;  // of a client only
  std::uint64_t written_ = 0;
  std::uint64_t pong_end_ = 0;              // written() when the last pong has left
  std::unique_ptr<std::string> kept_pong_;  // the newest pong, which is sent then
  bool waits_ = false;                      // for the stream to take bytes again
  bool ends_when_drained_ = false;
};

}  // namespace gw::websocket
