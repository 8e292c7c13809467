#include "core/websocket/message_inflater.hpp"

#include <new>

#include <zlib.h>

#include "core/base/utf8.hpp"

namespace gw::websocket {
namespace {

constexpr std::size_t kAtOnce = 16 * 1024;
constexpr int kBlocksAtOnce = 64;
constexpr int kWindowBits = 15;              // holds whatever smaller window the peer promised
constexpr std::size_t kLongestSequence = 4;  // of UTF-8
constexpr char kMarker[] = {'\0', '\0', '\xff', '\xff'};

// zlib only reads from there.
Bytef* input(const char* bytes) { return reinterpret_cast<Bytef*>(const_cast<char*>(bytes)); }

// Whether all bits were used, up to the end of a block (see inflate() in zlib.h).
bool is_between_blocks(const z_stream& z) { return (z.data_type & 128) != 0 && (z.data_type & 63) == 0; }

}  // namespace

MessageInflater::MessageInflater(bool keeps_window) : keeps_window_(keeps_window) {}

MessageInflater::~MessageInflater() {
  if (stream_) inflateEnd(stream_.get());
}

void MessageInflater::begin(std::string_view message, bool is_text, std::size_t limit) {
  if (!stream_) {
    stream_ = std::make_unique<z_stream>();
    if (inflateInit2(stream_.get(), -kWindowBits) != Z_OK) throw std::bad_alloc();
  }
  stream_->next_in = input(message.data());
  stream_->avail_in = static_cast<uInt>(message.size());
  is_text_ = is_text;
  is_behind_end_ = message.empty();  // an empty message may come without even an empty block
  limit_ = limit;
  checked_ = 0;
}

MessageInflater::State MessageInflater::inflate_some() {
  if (is_behind_end_ && stream_->avail_in == 0) return finished();
  const std::size_t before = out_.size();
  State state = State::more;
  for (int i = 0; i < kBlocksAtOnce && state == State::more && out_.size() < before + kAtOnce; ++i)
    state = inflate_block();
  return state;
}

// Inflates up to the end of the input, of a deflate stream, or of the room for a piece.
MessageInflater::State MessageInflater::inflate_block() {
  z_stream& z = *stream_;
  const std::size_t before = out_.size();
  out_.resize(before + kAtOnce);
  z.next_out = reinterpret_cast<Bytef*>(out_.data() + before);
  z.avail_out = kAtOnce;
  const int result = ::inflate(&z, Z_SYNC_FLUSH);
  out_.resize(before + kAtOnce - z.avail_out);
  if (out_.size() > limit_) return State::too_large;
  if (is_text_) {
    checked_ += utf8_prefix(payload().substr(checked_));
    if (out_.size() - checked_ >= kLongestSequence) return broken("text is not UTF-8");
  }
  if (result == Z_STREAM_END) {  // a final block: what follows it begins anew
    inflateReset(&z);
    return z.avail_in == 0 ? finished() : State::more;
  }
  if (result != Z_OK && result != Z_BUF_ERROR) return broken("compressed message is no deflate");
  return z.avail_out == 0 ? State::more : stopped_reading();
}

// There is no more input.
MessageInflater::State MessageInflater::stopped_reading() {
  if (is_between_blocks(*stream_)) return finished();
  if (is_behind_end_) return broken("compressed message is cut off");
  is_behind_end_ = true;
  stream_->next_in = input(kMarker);
  stream_->avail_in = sizeof kMarker;
  return State::more;
}

MessageInflater::State MessageInflater::finished() {
  return is_text_ && checked_ != out_.size() ? broken("text ends inside a character") : State::done;
}

MessageInflater::State MessageInflater::broken(const char* why) {
  problem_ = why;
  return State::broken;
}

void MessageInflater::end() {
  std::string().swap(out_);  // an assignment would keep the memory
  if (keeps_window_) return;
  inflateEnd(stream_.get());
  stream_.reset();
}

}  // namespace gw::websocket
