// One WebSocket connection, client or server side, over one type-erased byte stream (plain TCP or TLS), as its owner
// sees it; adapters' transport, the proxy, broker-sim and tests share it.
//
// Beast does the handshake, reading, control frames and close. Whole data messages are framed here and appended to one
// contiguous output, into which Beast's own control frames go too, so that frames never interleave.
// Everything runs on the thread of the io_context given; nothing here locks. [owner]
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/outgoing.hpp"
#include "core/base/result.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/intake.hpp"
#include "core/websocket/output.hpp"

namespace gw::websocket {

enum class Opcode : std::uint8_t { text = 1, binary = 2 };

struct Header {
  std::string name;
  std::string value;
};

struct CloseInfo {
  int code = 1006;              // WebSocket close code; 1006: none received
  int http_status = 0;          // client: of a refused upgrade
  std::vector<Header> headers;  // client: of a refused upgrade
  std::string reason;           // the peer's words, or what went wrong here
  std::string body{};  // client: of a refused upgrade, at most 4,096 bytes of what came with or soon after its headers
  // client: which address refused the upgrade, "ws.example.com (203.0.113.9:443)"; empty where the host has only one
  std::string peer{};
};

struct HttpRequest;

// What the owner is told. All calls come from the io_context, never from inside a Connection's own function.
class Listener {
 public:
  virtual ~Listener() = default;
  // Server side: the request that is to open the connection was read; its answer follows.
  virtual void on_request(const HttpRequest&) {}
  virtual void on_open() = 0;
  virtual void on_message(Opcode opcode, std::string_view payload) = 0;  // payload: valid during the call
  virtual void on_control_frame() {}                                     // a ping or pong came in
  virtual void on_drained() {}                        // the output was not empty after a flush; now it is
  virtual void on_closed(const CloseInfo& info) = 0;  // exactly once, the last call, unless destroyed before
};

class AddressMemory;  // addresses.hpp
std::shared_ptr<AddressMemory> make_address_memory();

struct ClientOptions {
  std::string url;  // ws://host[:port]/path?query or wss://…
  std::vector<Header> headers;
  std::size_t message_limit = 1 << 20;  // bytes of one incoming message; more: close 1009
  std::size_t output_limit = 1 << 20;
  std::chrono::milliseconds open_timeout{30'000};  // name look-up, TCP, TLS and upgrade together
  std::string ca_file;  // PEM; empty: the system's store. The certificate is always verified.
  bool offer_deflate = false;
  Outgoing outgoing{};
  std::shared_ptr<AddressMemory> addresses{};  // what earlier connections found; null: nothing
};

struct HttpRequest {
  std::string_view method;
  std::string_view target;
  std::string_view body;  // at most 8 KiB
  std::vector<Header> headers;
  std::string remote{};   // "127.0.0.1:51234", of the peer itself
  std::string missing{};  // what it lacks to be a WebSocket upgrade, in words; empty: it is one
};

struct HttpAnswer {
  int status = 404;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body = "Not found\n";
  bool verbatim = false;  // the body is all of the answer's bytes, from the status line on
  bool stays = false;     // the connection ends when the peer ends it, not behind the answer
  std::vector<Header> headers{};
};

// Takes a request and calls `reply` once, then or later, from any thread. The request is valid during the call.
using HttpReply = std::function<void(HttpAnswer answer)>;
using LateHttp = std::function<void(const HttpRequest& request, HttpReply reply)>;

class ByteStream;  // byte_stream.hpp
class StreamOwner;

// A server's certificate and key, read once for all its connections.
class ServerTls;
Result<std::shared_ptr<const ServerTls>> load_server_tls(const std::string& certificate_file,
                                                         const std::string& key_file);

// The bound of the kernel's part of what is unsent. Without one, a new value would stand behind megabytes of old ones.
inline constexpr int kKernelBuffer = 256 * 1024;

struct ServerOptions {
  std::shared_ptr<const ServerTls> tls;  // unset: plain TCP
  // Makes the stream of bytes below a connection. Unset: plain TCP or TLS, as `tls` says.
  std::function<std::shared_ptr<ByteStream>(TcpSocket&& socket, std::weak_ptr<void> life, StreamOwner& owner)>
      make_stream{};
  std::uint32_t header_limit = 8 * 1024;  // of the request that opens the connection, and also of its body
  std::size_t message_limit = 1 << 20;
  std::size_t output_limit = 1 << 20;
  std::chrono::milliseconds open_timeout{10'000};
  std::chrono::milliseconds linger{30'000};  // after drop_and_close
  // Whether permessage-deflate is accepted, always without context takeover. What comes in compressed is inflated, up
  // to message_limit; a connection that negotiated it holds some 17 KiB for that.
  bool compression = false;
  // A request that is no WebSocket upgrade is answered with this, then the connection ends. Unset: 404.
  std::function<HttpAnswer(const HttpRequest& request)> on_http;
  // The same for answers that take time, in place of on_http. A reply must come before the io_context ends.
  LateHttp on_http_later{};
  // Decides about an upgrade: status 0 accepts unless the answer is verbatim; else the answer is sent instead of 101,
  // with `extra_headers`. Unset: accept.
  std::function<HttpAnswer(const HttpRequest& request, std::vector<Header>& extra_headers)> on_upgrade;
};

class Connection {
 public:
  // Starts at once; on_open or on_closed follows. `listener` must outlive the connection.
  static std::unique_ptr<Connection> connect(boost::asio::io_context& io, ClientOptions options, Listener& listener);
  // `options` must outlive the connection (one object for a whole server). `until_gone` is kept until the
  // socket is gone, which may be after this object is: see drop_and_close.
  static std::unique_ptr<Connection> accept(TcpSocket&& socket, const ServerOptions& options, Listener& listener,
                                            std::shared_ptr<const void> until_gone = nullptr);

  virtual ~Connection() = default;  // drops the socket at once; no further call to the listener

  // Appends one whole message. False, and nothing appended, when it would pass the output limit or the connection is
  // not open. Leaves the process with the next flush().
  virtual bool send(Opcode opcode, std::string_view payload) = 0;
  // Server side: appends finished frames (header and payload) as they are. Returns what send() does. Never allocates
  // once warm.
  bool append_frames(std::string_view frames) { return output_.append(frames); }
  // For frames that are shared without a copy: what the output refers to must stay where it is until the next flush().
  Output& output() { return output_; }
  // Writes what is there with as few system calls as possible; what the socket does not take follows when it can.
  virtual void flush() = 0;
  std::size_t backlog() const { return output_.backlog(); }  // unsent bytes
  // Server side: how many unsent bytes the kernel takes; kKernelBuffer at first.
  virtual void set_kernel_buffer(int bytes) = 0;
  virtual std::uint64_t bytes_written() const = 0;  // taken by the socket so far: progress of a slow reader
  // How far the peer's system has got with what was sent.
  virtual Intake intake() const = 0;
  // `payload`: at most 125 bytes.
  virtual void ping(std::string_view payload) = 0;
  // Starts the closing handshake behind what is queued; on_closed follows, after 2 s at the latest.
  virtual void close(int code, std::string_view reason) = 0;
  // The same for a peer that does not read: what is unsent is dropped, but for the frame that it has begun to get, and
  // the close frame follows that. on_closed comes at once, for the owner has nothing left to do; the socket stays by
  // itself, also when this object is destroyed, until the peer has answered or ServerOptions::linger is over.
  virtual void drop_and_close(int code, std::string_view reason) = 0;
  virtual bool is_open() const = 0;
  // Server side, from on_open on: the client takes compressed messages too (compressed_frame_header, Deflater).
  virtual bool compresses() const = 0;
  virtual std::string remote_address() const = 0;  // "127.0.0.1:51234"
  // While paused nothing is read from the socket; what was read already still comes, up to the end of its message.
  virtual void pause_reading(bool paused) = 0;
  // Server side, for a peer that is not read: whether it will send nothing more, or is gone. Asks the system.
  virtual bool hung_up() const = 0;
  // Bounds the messages that are not begun yet; a longer one closes the connection with 1009.
  virtual void limit_messages(std::size_t bytes) = 0;

 protected:
  explicit Connection(Output& output) : output_(output) {}

 private:
  Output& output_;
};

// Header of an unmasked (server to client) frame for `length` payload bytes, FIN set. Writes at most 10 bytes to `out`.
std::size_t frame_header(char* out, Opcode opcode, std::size_t length) noexcept;
// The same for a payload that a Deflater made: RSV1 set.
std::size_t compressed_frame_header(char* out, Opcode opcode, std::size_t length) noexcept;

}  // namespace gw::websocket
