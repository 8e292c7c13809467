// What Beast sees below its WebSocket: reads come from the ByteStream, writes go to the connection's Writer. Thread:
// the connection's.
#pragma once

#include <cstddef>
#include <memory>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <boost/asio/async_result.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/beast/core/bind_handler.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/role.hpp>

#include "core/websocket/byte_stream.hpp"
#include "core/websocket/writer.hpp"

namespace gw::websocket {

// Holds the one pending read handler. Those of an open connection are small and lie in place, so that a read allocates
// nothing; those of the handshake are larger.
class PendingHandler {
 public:
  PendingHandler() = default;
  ~PendingHandler() { reset(); }
  PendingHandler(const PendingHandler&) = delete;
  PendingHandler& operator=(const PendingHandler&) = delete;

  template <class Handler>
  void set(Handler&& handler) {
    using H = std::decay_t<Handler>;
    if constexpr (sizeof(H) <= kSize) {
      ::new (static_cast<void*>(storage_)) H(std::forward<Handler>(handler));
      act_ = [](void* storage, bool call, boost::beast::error_code ec, std::size_t n) {
        H* at = static_cast<H*>(storage);
        H moved(std::move(*at));
        at->~H();
        if (call) moved(ec, n);
      };
    } else {
      ::new (static_cast<void*>(storage_)) H*(new H(std::forward<Handler>(handler)));
      act_ = [](void* storage, bool call, boost::beast::error_code ec, std::size_t n) {
        const std::unique_ptr<H> held(*static_cast<H**>(storage));
        if (call) (*held)(ec, n);
      };
    }
  }
  bool empty() const { return act_ == nullptr; }
  void operator()(boost::beast::error_code ec, std::size_t n) { std::exchange(act_, nullptr)(storage_, true, ec, n); }
  void reset() {
    if (act_ != nullptr) std::exchange(act_, nullptr)(storage_, false, {}, 0);
  }

 private:
  static constexpr std::size_t kSize = 160;
  alignas(std::max_align_t) std::byte storage_[kSize];
  void (*act_)(void*, bool, boost::beast::error_code, std::size_t) = nullptr;
};

// What the layer needs of its connection.
class LayerHost {
 public:
  virtual ByteStream& stream() = 0;
  // Soon ends a read that got `n` bytes without the stream.
  virtual void read_later(std::size_t n) = 0;

 protected:
  ~LayerHost() = default;
};

class Layer {
 public:
  using executor_type = boost::asio::io_context::executor_type;

  Layer(LayerHost& host, Writer& writer, executor_type executor) : host_(host), writer_(writer), executor_(executor) {}
  executor_type get_executor() const noexcept { return executor_; }
  LayerHost& host() { return host_; }
  PendingHandler& reader() { return reader_; }
  // Where the read that has just ended put its bytes.
  char* read_to() const { return read_to_; }
  // Bytes that are read before any of the stream's.
  void feed(std::string bytes) { fed_ = std::make_unique<std::string>(std::move(bytes)); }
  // While paused nothing is read, not even between the control frames that Beast answers by itself.
  void pause(bool paused) {
    paused_ = paused;
    if (!paused && waiting_.size() != 0 && !reader_.empty()) start_read(std::exchange(waiting_, {}));
  }

  template <class Buffers, class Handler>
  auto async_read_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(boost::beast::error_code, std::size_t)>(
        [this](auto&& h, const Buffers& b) {
          const boost::asio::mutable_buffer first = *boost::asio::buffer_sequence_begin(b);
          reader_.set(std::forward<decltype(h)>(h));
          if (paused_)
            waiting_ = first;
          else
            start_read(first);
        },
        handler, buffers);
  }

  // Takes all of the buffers at once, so that what Beast writes in one go stays in one piece.
  template <class Buffers, class Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    return boost::asio::async_initiate<Handler, void(boost::beast::error_code, std::size_t)>(
        [this](auto&& h, const Buffers& b) {
          const std::size_t n = boost::asio::buffer_size(b);
          char control[kMaxControl];
          if (n <= kMaxControl && boost::asio::buffer_copy(boost::asio::buffer(control), b) == n &&
              control[0] == kPong) {
            writer_.send_pong({control, n});
            return done(std::forward<decltype(h)>(h), n);
          }
          char* const to = writer_.output().extend(n);
          boost::asio::buffer_copy(boost::asio::buffer(to, n), b);
          refuse_unknown_code(to, n);
          writer_.flush();
          done(std::forward<decltype(h)>(h), n);
        },
        handler, buffers);
  }

 private:
  static constexpr std::size_t kMaxControl = 131;  // of a control frame, masked
  static constexpr char kPong = '\x8a';

  void start_read(boost::asio::mutable_buffer to) {
    read_to_ = static_cast<char*>(to.data());
    if (fed_ == nullptr) return host_.stream().read_some(to.data(), to.size());
    const std::size_t n = boost::asio::buffer_copy(to, boost::asio::buffer(*fed_));
    fed_->erase(0, n);
    if (fed_->empty()) fed_.reset();
    host_.read_later(n);
  }
  template <class Handler>
  void done(Handler&& handler, std::size_t n) {
    boost::asio::post(executor_,
                      boost::beast::bind_front_handler(std::forward<Handler>(handler), boost::beast::error_code{}, n));
  }
  // Beast answers a close with the peer's code, even one above 4999, which nobody may send (RFC 6455, 7.4.2): it
  // becomes 1002.
  static void refuse_unknown_code(char* frame, std::size_t size) {
    if (size < 4 || frame[0] != '\x88' || frame[1] < 2) return;
    const unsigned code = static_cast<unsigned char>(frame[2]) * 256U + static_cast<unsigned char>(frame[3]);
    if (code < 5000) return;
    frame[2] = '\x03';
    frame[3] = '\xea';
  }

  LayerHost& host_;
  Writer& writer_;
  executor_type executor_;
  PendingHandler reader_;
  char* read_to_ = nullptr;
  boost::asio::mutable_buffer waiting_;  // where to read to after the pause
  std::unique_ptr<std::string> fed_;
  bool paused_ = false;
};

inline void teardown(boost::beast::role_type, Layer& layer, boost::beast::error_code& ec) {
  layer.host().stream().shutdown();
  ec = {};
}

template <class Handler>
void async_teardown(boost::beast::role_type, Layer& layer, Handler&& handler) {
  layer.host().stream().shutdown();
  boost::asio::post(layer.get_executor(),
                    boost::beast::bind_front_handler(std::forward<Handler>(handler), boost::beast::error_code{}));
}

inline void beast_close_socket(Layer& layer) { layer.host().stream().close(); }

}  // namespace gw::websocket
