// The one type-erased next layer under Beast's WebSocket: bytes over plain TCP or TLS. A server can be given streams of
// another kind by ServerOptions::make_stream. Thread: the connection's.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <boost/asio/ip/tcp.hpp>

namespace gw::websocket {

class ServerTls;

// What a stream tells its owner, never from inside one of the stream's functions.
class StreamOwner {
 public:
  virtual void on_ready(boost::system::error_code ec) = 0;  // start() is done
  virtual void on_read(boost::system::error_code ec, std::size_t n) = 0;
  virtual void on_writable(boost::system::error_code ec) = 0;

 protected:
  ~StreamOwner() = default;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  // Does what must happen on a connected socket before the first byte (a TLS handshake).
  virtual void start() = 0;
  // What is wrong with the peer's certificate, when start() failed for that; else empty.
  virtual std::string certificate_problem() const { return {}; }
  // One read at a time; on_read follows. No allocation in steady state.
  virtual void read_some(void* data, std::size_t size) = 0;
  // Takes what the socket takes now; boost::asio::error::would_block when it takes nothing.
  virtual std::size_t write_some(std::string_view bytes, boost::system::error_code& ec) = 0;
  // Does the same with several pieces in a row, without a copy where the socket can.
  virtual std::size_t write_some(std::span<const std::string_view> pieces, boost::system::error_code& ec) = 0;
  // How many bytes behind those taken must be offered again, because they are partly on their way.
  virtual std::size_t bound() const { return 0; }
  virtual void wait_writable() = 0;  // on_writable follows
  virtual void shutdown() = 0;       // no more writes
  virtual void close() = 0;
  virtual boost::asio::ip::tcp::socket& socket() = 0;
  bool hung_up();  // the peer sends nothing more, or is gone
  void set_kernel_buffer(int bytes) {
    boost::system::error_code ignored;
    socket().set_option(boost::asio::ip::tcp::socket::send_buffer_size(bytes), ignored);
  }
};

// As ServerOptions::make_stream.
using StreamMaker = std::function<std::shared_ptr<ByteStream>(boost::asio::ip::tcp::socket&& socket,
                                                              std::weak_ptr<void> life, StreamOwner& owner)>;

// `life` is the owner's: once it has ended, the owner is told nothing.
std::shared_ptr<ByteStream> make_plain_stream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                              StreamOwner& owner);

// Client side; the certificate must be good for `host`. `ca_file` empty: the system's store. Throws std::runtime_error
// when that file cannot be read.
std::shared_ptr<ByteStream> make_tls_stream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                            StreamOwner& owner, const std::string& host, const std::string& ca_file);

// Server side.
std::shared_ptr<ByteStream> make_tls_stream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                            StreamOwner& owner, const ServerTls& tls);
// Server side: TLS, or plain TCP where `tls` is null.
std::shared_ptr<ByteStream> make_server_stream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                               StreamOwner& owner, const ServerTls* tls);

}  // namespace gw::websocket
