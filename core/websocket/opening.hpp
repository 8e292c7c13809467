// What a connection does until it is open: ClientOpening for a client, ServerOpening for a server. A connection holds
// one of them and drops it when it is open. Thread: the connection's.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "core/websocket/beast_layer.hpp"
#include "core/websocket/byte_stream.hpp"
#include "core/websocket/connection.hpp"

namespace gw::websocket {

class Opening {
 public:
  virtual ~Opening() = default;
  virtual void on_ready(boost::system::error_code ec) = 0;  // the stream has started, or cannot
  // While true, what is read is given to on_read() and not to Beast.
  virtual bool reads() const { return false; }
  virtual void on_read(boost::system::error_code, std::size_t) {}
  virtual void on_handshake(boost::system::error_code ec) = 0;  // Beast's part is done
  virtual void on_timeout() = 0;                                // the time that set_timeout() gave is over
  virtual void cancel() {}                                      // the owner let go
};

// What an opening asks of its connection.
class OpeningHost {
 public:
  using Request = boost::beast::http::request<boost::beast::http::string_body>;

  // Keeps the connection, and with it the opening, alive: asynchronous operations capture it.
  virtual std::shared_ptr<OpeningHost> shared() = 0;
  virtual bool has_owner() const = 0;  // False: nobody waits for the connection any more

  // Makes a stream of the socket, which the bytes pass from now on; on_ready() follows.
  virtual void use_stream(boost::asio::ip::tcp::socket&& socket, const StreamMaker& make) = 0;
  virtual ByteStream& stream() = 0;
  virtual Layer& layer() = 0;
  virtual std::string remote_address() const = 0;
  virtual void tell_request(const HttpRequest& request) = 0;  // to the owner, who may be told nothing else
  // Beast's part of the handshake; on_handshake() follows.
  virtual void ask_for_upgrade(const ClientOptions& options, const std::string& host, const std::string& target) = 0;
  // `headers` go out with the answer; `deflate`: permessage-deflate is among them.
  virtual void accept_upgrade(const Request& request, std::vector<Header> headers, bool deflate) = 0;
  // The peer may send compressed messages from now on; `read` was read of them already. See MessageInflater.
  virtual void expect_compressed(bool keeps_window, std::span<char> read) = 0;

  virtual void set_timeout(std::chrono::milliseconds after) = 0;
  virtual void opened() = 0;                                         // the last call; destroys the opening
  virtual void finish(CloseInfo info) = 0;                           // it failed
  virtual void finish_later(CloseInfo info) = 0;                     // the same, from inside Connection::connect()
  virtual void answer_http(std::string_view bytes, bool stays) = 0;  // instead of opening

 protected:
  ~OpeningHost() = default;
};

}  // namespace gw::websocket
