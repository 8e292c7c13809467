#include "core/websocket/writer.hpp"

#include <utility>

#include <boost/asio/error.hpp>

#include "core/websocket/frame.hpp"
#include "core/websocket/shared_write.hpp"

namespace gw::websocket {

using boost::system::error_code;

bool Writer::send(Opcode opcode, std::string_view payload) {
  if (!output_.is_open() || payload.size() + 14 > output_.room()) return false;
  if (mask_) {
    std::string frame;
    append_masked_frame(frame, opcode, payload, static_cast<std::uint32_t>((*mask_)()));
    output_.append_always(frame);
  } else {
    char header[10];
    output_.append_always({header, frame_header(header, opcode, payload.size())});
    output_.append_always(payload);
  }
  return true;
}

void Writer::flush() {
  if (stream_ == nullptr || waits_) return output_.own();
  error_code ec;
  do {
    write_own(ec);
    if (output_.shared_bytes() != 0) write_shared_frames(ec);
  } while (!ec && append_kept_pong());
  if (ec == boost::asio::error::would_block || ec == boost::asio::error::try_again) {
    waits_ = true;
    stream_->wait_writable();
  } else if (ec) {
    // The read side reports the loss; what cannot be sent is gone.
    output_.sent(output_.backlog());
    stream_->shutdown();
  } else if (ends_when_drained_) {
    stream_->shutdown();
  }
}

void Writer::write_own(error_code& ec) {
  while (!ec && !output_.waiting().empty()) {
    const std::size_t n = stream_->write_some(output_.waiting(), ec);
    written_ += n;
    output_.sent(n);
  }
}

// What the stream does not take becomes the output's own.
void Writer::write_shared_frames(error_code& ec) {
  const std::size_t n = ec ? 0 : write_shared(*stream_, output_.shared(), ec);
  written_ += n;
  output_.shared_sent(n);
}

void Writer::flush_last() {
  if (stream_ == nullptr || output_.backlog() == 0 || waits_) return;
  error_code ignored;
  output_.sent(stream_->write_some(output_.waiting(), ignored));
}

bool Writer::on_writable(error_code ec) {
  waits_ = false;
  if (ec) return false;
  flush();
  return !waits_ && output_.backlog() == 0;
}

void Writer::send_pong(std::string_view frame) {
  if (written_ < pong_end_)
    kept_pong_ = std::make_unique<std::string>(frame);
  else
    append_pong(frame);
  flush();
}

void Writer::append_pong(std::string_view frame) {
  output_.append_always(frame);
  pong_end_ = written_ + output_.backlog();
}

bool Writer::append_kept_pong() {
  if (kept_pong_ == nullptr || written_ < pong_end_) return false;
  append_pong(*std::exchange(kept_pong_, nullptr));
  return true;
}

Intake Writer::intake() const {
  if (stream_ == nullptr || !stream_->socket().is_open()) return {};
  Intake intake = intake_of(stream_->socket().native_handle());
  intake.is_pending |= output_.backlog() != 0;
  return intake;
}

}  // namespace gw::websocket
