// What a client does with a compressed message.
#pragma once

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <zlib.h>

namespace gw::websocket {

// One client's inflater, kept for all its messages. It was promised a window of `bits`.
class Inflater {
 public:
  explicit Inflater(int bits) { EXPECT_EQ(inflateInit2(&stream_, -bits), Z_OK); }
  ~Inflater() { inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  std::string operator()(std::string_view payload) {
    std::string in(payload);
    in.append("\0\0\xff\xff", 4);
    stream_.next_in = reinterpret_cast<Bytef*>(in.data());
    stream_.avail_in = static_cast<uInt>(in.size());
    std::string out;
    char block[4096];
    int result = Z_OK;
    do {
      stream_.next_out = reinterpret_cast<Bytef*>(block);
      stream_.avail_out = sizeof block;
      result = inflate(&stream_, Z_SYNC_FLUSH);
      out.append(block, sizeof block - stream_.avail_out);
    } while (result == Z_OK && stream_.avail_out == 0);
    EXPECT_TRUE(result == Z_OK || result == Z_BUF_ERROR) << result << (stream_.msg != nullptr ? stream_.msg : "");
    EXPECT_EQ(stream_.avail_in, 0U);
    return out;
  }

 private:
  z_stream stream_{};
};

}  // namespace gw::websocket
