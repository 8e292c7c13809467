// One end of a WebSocket connection: the state that it is in, and reading. Its Writer writes, and
// an Opening opens it. Beast's WebSocket is instantiated by endpoint.cpp only. Thread: the io_context's.
//
// The endpoint keeps itself alive until each of its operations has ended; connection.cpp has what an owner holds of it.
// It is larger than others and one thing: every function moves the one state or asks for it, and half of them are
// small: the interfaces by which the stream, Beast's layer and the opening reach it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/websocket/stream.hpp>

#include "core/websocket/beast_layer.hpp"
#include "core/websocket/compressed_marks.hpp"
#include "core/websocket/connection.hpp"
#include "core/websocket/message.hpp"
#include "core/websocket/message_inflater.hpp"
#include "core/websocket/opening.hpp"
#include "core/websocket/writer.hpp"

namespace gw::websocket {

class Endpoint final : public std::enable_shared_from_this<Endpoint>,
                       private StreamOwner,
                       private LayerHost,
                       private OpeningHost {
 public:
  Endpoint(Layer::executor_type executor, Listener& listener, std::size_t message_limit, std::size_t output_limit);

  // One of the two is called, once. For `until_gone` see Connection::accept.
  void connect(boost::asio::io_context& io, ClientOptions options);
  void accept(boost::asio::ip::tcp::socket&& socket, const ServerOptions& options,
              std::shared_ptr<const void> until_gone);
  // The owner lets go: it is told nothing more, and everything ends but a connection that lingers.
  void let_go();

  // See Connection.
  void ping(std::string_view payload);
  void close(int code, std::string_view reason);
  void drop_and_close(int code, std::string_view reason);
  void pause_reading(bool paused);
  void limit_messages(std::size_t bytes) { beast_.read_message_max(bytes); }
  bool is_open() const { return state_ == State::open; }
  bool compresses() const { return compresses_; }
  std::string remote_address() const override;
  Writer& writer() { return writer_; }
  ByteStream& stream() override { return *stream_; }  // of a server's connection it is always there

 private:
  enum class State : std::uint8_t {
    opening,
    giving_up,  // it will not open: closed before, or answered in HTTP
    open,
    closing,
    lingering,  // closing, and the owner was told so: see Connection::drop_and_close
    finished
  };

  // StreamOwner
  void on_ready(boost::system::error_code ec) override;
  void on_read(boost::system::error_code ec, std::size_t n) override;
  void on_writable(boost::system::error_code ec) override;
  // LayerHost
  void read_later(std::size_t n) override;
  // OpeningHost
  std::shared_ptr<OpeningHost> shared() override { return {shared_from_this(), static_cast<OpeningHost*>(this)}; }
  bool has_owner() const override { return listener_ != nullptr; }
  void use_stream(boost::asio::ip::tcp::socket&& socket, const StreamMaker& make) override;
  Layer& layer() override { return beast_.next_layer(); }
  void ask_for_upgrade(const ClientOptions& options, const std::string& host, const std::string& target) override;
  void accept_upgrade(const Request& request, std::vector<Header> headers, bool deflate) override;
  void expect_compressed(bool keeps_window, std::span<char> read) override;
  void tell_request(const HttpRequest& request) override {
    if (listener_ != nullptr) listener_->on_request(request);
  }
  void set_timeout(std::chrono::milliseconds after) override;
  void opened() override;
  void finish(CloseInfo info) override;
  void finish_later(CloseInfo info) override;
  void answer_http(std::string_view bytes, bool stays) override;

  // What a peer's compressed messages need.
  struct Compressed {
    explicit Compressed(bool keeps_window) : inflater(keeps_window) {}
    CompressedMarks marks;
    MessageInflater inflater;
  };

  bool has_opened() const;  // and has not ended
  Layer::executor_type executor() { return beast_.get_executor(); }
  void read();
  void on_some(boost::system::error_code ec, std::size_t n);
  void on_message(Opcode opcode, std::string_view payload);
  void inflate();
  void inflated(MessageInflater::State state);
  void read_on();
  void pass_to_beast(boost::system::error_code ec, std::size_t n);
  void on_read_failed(boost::system::error_code ec);
  void start_close(int code, std::string_view reason);
  void abandon();

  Listener* listener_;  // null: nobody is told anything any more
  Writer writer_;
  boost::beast::websocket::stream<Layer, false> beast_;
  std::shared_ptr<ByteStream> stream_;  // null: there is none yet
  std::unique_ptr<Opening> opening_;    // null: it is over
  Message message_;
  std::unique_ptr<Compressed> compressed_;            // null: the peer may send no compressed messages
  std::unique_ptr<boost::asio::steady_timer> timer_;  // while opening and closing
  std::unique_ptr<CloseInfo> local_close_;            // why this side closes
  boost::asio::ip::tcp::endpoint remote_;
  std::chrono::milliseconds linger_;
  std::shared_ptr<const void> until_gone_;
  State state_ = State::opening;
  bool reading_ = false;
  bool paused_ = false;
  bool pinging_ = false;
  bool compresses_ = false;
};

}  // namespace gw::websocket
