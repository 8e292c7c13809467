#include "core/websocket/connection.hpp"

#include <algorithm>
#include <random>
#include <span>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "core/base/version.hpp"
#include "core/websocket/beast_layer.hpp"
#include "core/websocket/close_code.hpp"
#include "core/websocket/frame.hpp"
#include "core/websocket/handle.hpp"
#include "core/websocket/message.hpp"
#include "core/websocket/opening.hpp"
#include "core/websocket/shared_write.hpp"

namespace gw::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;
using tcp = asio::ip::tcp;
using boost::system::error_code;

constexpr std::chrono::seconds kCloseTimeout{2};
// How long the body of a refusal is waited for.
constexpr std::chrono::milliseconds kBodyTimeout{250};

class Impl final : public std::enable_shared_from_this<Impl>, public StreamOwner, public LayerHost {
 public:
  Impl(Layer::executor_type executor, Listener& listener, std::size_t message_limit, std::size_t output_limit)
      : listener_(&listener), output_(output_limit), ws_(*this, executor) {
    ws_.read_message_max(message_limit);
    ws_.control_callback([this](ws::frame_type kind, beast::string_view) {
      if (kind != ws::frame_type::close && listener_ != nullptr) listener_->on_control_frame();
    });
  }

  // ---- client
  void connect(asio::io_context& io, ClientOptions options) {
    client_ = std::make_unique<ClientOpening>(std::move(options), io);
    mask_ = std::make_unique<std::mt19937>(std::random_device{}());
    deadline(client_->options.open_timeout, "");
    const auto url = parse_address(client_->options.url);
    if (!url) return finish_later({1006, 0, {}, "not a ws:// or wss:// address"});
    client_->url = *url;
    client_->resolver.async_resolve(
        url->host, url->port, [self = shared_from_this()](error_code ec, const tcp::resolver::results_type& found) {
          if (self->listener_ == nullptr) return;
          if (ec) return self->finish({1006, 0, {}, "cannot resolve " + self->client_->url.host + ": " + ec.message()});
          self->connect_to(found);
        });
  }

  // ---- server
  void accept(tcp::socket&& socket, const ServerOptions& options, std::shared_ptr<const void> place) {
    place_ = std::move(place);
    server_ = &options;
    error_code ec;
    remote_ = socket.remote_endpoint(ec);
    stream_ = options.make_stream ? options.make_stream(std::move(socket), weak_from_this(), *this)
                                  : make_server_stream(std::move(socket), weak_from_this(), *this, options.tls.get());
    stream_->set_kernel_buffer(kKernelBuffer);
    deadline(options.open_timeout, "no request in time");
    stream_->start();
  }

  // The owner lets go: no further call to it, everything is torn down.
  void abandon() {
    const auto self = shared_from_this();
    listener_ = nullptr;
    timer_.reset();
    if (client_) {
      client_->resolver.cancel();
      if (client_->dialer) client_->dialer->cancel();
    }
    if (stream_) stream_->close();
    ws_.next_layer().reader().reset();
  }

  void let_go() {
    if (!lingering_) return abandon();
    listener_ = &nobody_;
  }

  bool send(Opcode opcode, std::string_view payload) {
    if (!open_ || closing_ || payload.size() + 14 > output_.room()) return false;
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

  void flush() {
    if (finished_) return;
    if (!stream_ || waiting_) return output_.own();
    error_code ec;
    do {
      while (!ec && !output_.waiting().empty()) {
        const std::size_t n = stream_->write_some(output_.waiting(), ec);
        written_ += n;
        output_.sent(n);
      }
      if (output_.shared_bytes() != 0) write_what_is_shared(ec);
    } while (!ec && append_late_pong());
    if (ec == asio::error::would_block || ec == asio::error::try_again) {
      waiting_ = true;
      stream_->wait_writable();
    } else if (ec) {
      // The read side reports the loss; what cannot be sent is gone.
      output_.sent(output_.backlog());
      stream_->shutdown();
    } else if (end_when_drained_) {
      stream_->shutdown();
    }
  }

  // What is not taken becomes the output's own.
  void write_what_is_shared(error_code& ec) {
    const std::size_t n = ec ? 0 : write_shared(*stream_, output_.shared(), ec);
    written_ += n;
    output_.shared_sent(n);
  }

  void ping() {
    if (!open_ || closing_ || pinging_) return;
    pinging_ = true;
    ws_.async_ping({}, [self = shared_from_this()](error_code) { self->pinging_ = false; });
  }

  void close(int code, std::string_view reason) {
    if (closing_ || finished_) return;
    closing_ = true;
    output_.set_open(false);
    if (!open_) return finish_later({code, 0, {}, std::string(reason)});
    deadline(kCloseTimeout, "no answer to our close");
    start_close(code, reason);
  }

  void drop_and_close(int code, std::string_view reason) {
    if (!open_ || closing_ || finished_) return close(code, reason);
    closing_ = true;
    lingering_ = true;
    output_.set_open(false);
    // Whatever ends the timer, and be it the io_context's end, ends what keeps itself alive here.
    const std::shared_ptr<Impl> ends(this, [self = shared_from_this()](Impl* impl) { impl->abandon(); });
    timer_ = std::make_unique<asio::steady_timer>(executor(), server_ != nullptr ? server_->linger : kCloseTimeout);
    timer_->async_wait([ends](error_code ec) {
      if (!ec) ends->finish(*ends->local_close_);
    });
    output_.drop_frames(stream_->bound());
    start_close(code, reason);
    asio::post(executor(), [self = shared_from_this()] {
      if (self->listener_ != nullptr) std::exchange(self->listener_, &self->nobody_)->on_closed(*self->local_close_);
    });
  }

  void pause_reading(bool paused) {
    ws_.next_layer().pause(paused_ = paused);
    if (!paused && open_ && !reading_ && !finished_) read();
  }

  void set_kernel_buffer(int bytes) { stream_->set_kernel_buffer(bytes); }
  void limit_messages(std::size_t bytes) { ws_.read_message_max(bytes); }
  Output& bytes() { return output_; }
  std::uint64_t written() const { return written_; }
  Intake intake() const {
    if (!stream_ || !stream_->socket().is_open()) return {};
    Intake intake = intake_of(stream_->socket().native_handle());
    intake.is_owed |= output_.backlog() != 0;
    return intake;
  }
  bool compresses() const { return compresses_; }
  bool hung_up() const { return stream_->hung_up(); }
  bool is_open() const { return open_ && !closing_ && !finished_; }
  std::string remote() const {
    return remote_.port() == 0 ? std::string() : remote_.address().to_string() + ':' + std::to_string(remote_.port());
  }

 private:
  Layer::executor_type executor() { return ws_.get_executor(); }

  ByteStream& stream() override { return *stream_; }
  Output& output() override { return output_; }
  void flush_now() override { flush(); }
  void read_later(std::size_t n) override {
    asio::post(executor(), [self = shared_from_this(), n] { self->on_read({}, n); });
  }

  // A peer that pings and does not read is owed the newest pong only (RFC 6455, 5.5.3).
  void write_pong(std::string_view frame) override {
    if (written_ < pong_end_)
      late_pong_ = std::make_unique<std::string>(frame);
    else
      append_pong(frame);
    flush();
  }
  void append_pong(std::string_view frame) {
    output_.append_always(frame);
    pong_end_ = written_ + output_.backlog();
  }
  bool append_late_pong() {
    if (late_pong_ == nullptr || written_ < pong_end_) return false;
    append_pong(*std::exchange(late_pong_, nullptr));
    return true;
  }

  void start_close(int code, std::string_view reason) {
    local_close_ = std::make_unique<CloseInfo>(CloseInfo{code, 0, {}, std::string(reason)});
    pause_reading(false);  // the peer's close frame must be seen
    ws_.async_close({static_cast<ws::close_code>(code), beast::string_view(reason.data(), reason.size())},
                    [self = shared_from_this()](error_code) {
                      if (!self->reading_) self->finish(*self->local_close_);
                    });
  }

  void connect_to(const tcp::resolver::results_type& found) {
    const Address& url = client_->url;
    const ClientOptions& options = client_->options;
    std::vector<tcp::endpoint> all;
    for (const auto& entry : found) all.push_back(entry.endpoint());
    all = options.addresses->order(url.authority, allowed(std::move(all), options.outgoing));
    if (all.empty())
      return finish({1006,
                     0,
                     {},
                     "cannot connect to " + url.host +
                         ": found no address that address_family and bind_address allow, expected one"});
    client_->is_one_of_several = all.size() > 1;
    client_->dialer =
        std::make_shared<Dialer>(client_->io, url.host, options.outgoing,
                                 [self = shared_from_this()](const std::string& problem, tcp::socket&& socket) {
                                   if (self->listener_ == nullptr) return;
                                   if (!problem.empty())
                                     return self->finish({1006, 0, {}, "cannot connect to " + problem});
                                   self->connected(std::move(socket));
                                 });
    client_->dialer->start(std::move(all));
  }

  void connected(tcp::socket&& socket) {
    error_code ec;
    client_->at = remote_ = socket.remote_endpoint(ec);
    if (ec) return finish({1006, 0, {}, "cannot connect to " + client_->url.host + ": " + ec.message()});
    client_->is_connected = true;
    const Address& url = client_->url;
    try {
      stream_ = url.tls
                    ? make_tls_stream(std::move(socket), weak_from_this(), *this, url.host, client_->options.ca_file)
                    : make_plain_stream(std::move(socket), weak_from_this(), *this);
    } catch (const std::exception& e) {
      return finish({1006, 0, {}, e.what()});
    }
    stream_->set_kernel_buffer(kKernelBuffer);
    stream_->start();
  }

  void on_ready(error_code ec) override {
    if (listener_ == nullptr) return;
    if (ec)
      return lost_while_opening("TLS with " + (client_ ? client_->peer() : remote()) + " failed: " + ec.message());
    if (!client_) return read_request();
    ws_.set_option(ws::stream_base::decorator([headers = client_->options.headers](ws::request_type& request) {
      request.set(http::field::user_agent, user_agent());
      for (const Header& h : headers) request.set(h.name, h.value);
    }));
    if (client_->options.offer_deflate) ws_.set_option(deflate_offer_option());
    // Beast reads a refusal to the end of its body, and few headers. It gets what was read here.
    ws_.next_layer().pause(true);
    ws_.async_handshake(client_->url.authority, client_->url.target, [self = shared_from_this()](error_code shake_ec) {
      if (self->listener_ == nullptr) return;
      if (shake_ec) return self->lost_while_opening(self->client_->peer() + ": " + shake_ec.message());
      self->client_->answered();
      self->opened();
    });
    read_answer();
  }

  void read_answer() { stream_->read_some(client_->bytes.data(), client_->bytes.size()); }

  void on_answer(error_code ec, std::size_t n) {
    UpgradeAnswer& answer = client_->answer;
    const UpgradeAnswer::State before = answer.state();
    if (ec && (before == UpgradeAnswer::State::refused || answer.end() == UpgradeAnswer::State::complete))
      return refused();
    if (ec)
      return lost_while_opening(client_->peer() + ": " +
                                (ec == asio::error::eof ? "closed before the upgrade was answered" : ec.message()));
    switch (answer.add({client_->bytes.data(), n})) {
      case UpgradeAnswer::State::unusable:
        return lost_while_opening(client_->peer() + ": " + answer.problem());
      case UpgradeAnswer::State::complete:
        return refused();
      case UpgradeAnswer::State::accepted:
        return accepted();
      case UpgradeAnswer::State::refused:
        if (before != UpgradeAnswer::State::refused) wait_for_body();
        return read_answer();
      case UpgradeAnswer::State::incomplete:
        return read_answer();
    }
  }

  void accepted() {
    // A server may use only what was offered (RFC 6455, 4.1); Beast takes anything.
    if (!client_->options.offer_deflate && !client_->answer.header("Sec-WebSocket-Extensions").empty())
      return lost_while_opening(client_->peer() + ": found an extension in the answer to the upgrade, expected none");
    client_->is_decided = true;
    ws_.next_layer().feed(client_->answer.essence());
    ws_.next_layer().pause(false);
  }

  // The refusal is known; its body may say more, but only if it comes soon.
  void wait_for_body() {
    timer_->expires_after(kBodyTimeout);
    timer_->async_wait([weak = weak_from_this()](error_code ec) {
      const auto self = weak.lock();
      if (!ec && self && self->client_) self->refused();
    });
  }

  void refused() {
    const UpgradeAnswer& answer = client_->answer;
    const std::string status = std::to_string(answer.status());
    // An error of the server is this address's. Any other refusal is the account's, and every address would repeat it.
    if (answer.status() >= 500) client_->failed();
    finish({1006, answer.status(), answer.headers(), "the upgrade was refused with HTTP " + status, answer.body(),
            client_->is_one_of_several ? client_->peer() : std::string()});
  }

  void lost_while_opening(std::string why) {
    if (client_ && client_->is_connected) client_->failed();
    finish({1006, 0, {}, std::move(why)});
  }

  void read_request() {
    request_ = std::make_unique<ServerOpening>(server_->header_limit);
    http::async_read(ws_.next_layer(), request_->buffer, request_->parser,
                     [self = shared_from_this()](error_code ec, std::size_t) { self->on_request(ec); });
  }

  void on_request(error_code ec) {
    if (listener_ == nullptr) return;
    if (ec == http::error::header_limit || ec == http::error::body_limit)
      return answer({431, "text/plain", "Too large\n"}, {});
    if (ec && ec != http::error::end_of_stream && request_->parser.got_some())
      return answer({400, "text/plain", "Bad request\n"}, {});
    if (ec) return finish({1006, 0, {}, ec.message()});
    const auto& request = request_->request();
    const std::string method(request.method_string());
    const HttpRequest asked{method, request.target(), request.body(), headers_of(request)};
    if (!ws::is_upgrade(request)) return answer(server_->on_http ? server_->on_http(asked) : HttpAnswer{}, {});
    // Sixteen bytes in base64 (RFC 6455, 4.2.1); Beast takes anything.
    if (!is_websocket_key(request[http::field::sec_websocket_key]))
      return answer({400, "text/plain", "Sec-WebSocket-Key is no key\n"}, {});
    // A client must wait for the answer (RFC 6455, 4.1); what it sent before would be taken for a part of its next
    // message.
    if (request_->buffer.size() != 0)
      return answer({400, "text/plain", "Data before the handshake was answered\n"}, {});
    std::vector<Header> extra;
    if (server_->on_upgrade) {
      const HttpAnswer decision = server_->on_upgrade(asked, extra);
      if (decision.status != 0 || decision.verbatim) return answer(decision, extra);
    }
    if (server_->compression && request_->choose_extension()) {
      ws_.set_option(deflate_option());
      compresses_ = true;
    }
    ws_.async_accept(request, [self = shared_from_this()](error_code accept_ec) {
      if (accept_ec) return self->finish({1006, 0, {}, accept_ec.message()});
      self->opened();
    });
  }

  // Sends a plain HTTP answer and, unless it is to stay, ends the connection.
  void answer(const HttpAnswer& a, const std::vector<Header>& extra) {
    output_.append_always(a.verbatim ? a.body : http_text(a, extra));
    closing_ = true;
    end_when_drained_ = !a.stays;
    a.stays ? timer_.reset() : deadline(kCloseTimeout, "HTTP answer sent");
    flush();
    drain_http();
  }

  // Reads until the peer ends too, so that closing does not destroy our answer on its way.
  void drain_http() {
    ws_.next_layer().async_read_some(asio::buffer(request_->sink),
                                     [self = shared_from_this()](error_code ec, std::size_t) {
                                       if (ec) return self->finish({1000, 0, {}, "HTTP"});
                                       self->drain_http();
                                     });
  }

  void opened() {
    if (listener_ == nullptr) return;
    open_ = true;
    client_.reset();
    request_.reset();
    if (closing_) return;
    output_.set_open(true);
    timer_.reset();
    if (mask_) message_.keep_memory();  // a broker's feed; they are few
    output_.frames_begin();
    listener_->on_open();
    if (listener_ != nullptr && !finished_) read();
  }

  void read() {
    if (paused_ || reading_) return;
    reading_ = true;
    const std::span<char> room = message_.room(ws_.read_size_hint());
    ws_.async_read_some(asio::buffer(room.data(), room.size()),
                        [self = shared_from_this()](error_code ec, std::size_t n) { self->on_some(ec, n); });
  }

  void on_some(error_code ec, std::size_t n) {
    reading_ = !ec && listener_ != nullptr;
    if (!reading_) return listener_ == nullptr ? void() : on_read_failed(ec);
    message_.add(n);
    if (ws_.is_message_done() && ws_.got_text() && message_.cut_off()) close(1007, "text ends inside a character");
    if (ws_.is_message_done() && !closing_)
      listener_->on_message(ws_.got_text() ? Opcode::text : Opcode::binary, message_.bytes());
    if (ws_.is_message_done() || closing_) message_.clear();
    reading_ = false;  // not before: who lets reading go on from on_message would read into what was cleared since
    if (listener_ != nullptr && !finished_) read();
  }

  void on_read_failed(error_code ec) {
    if (local_close_) return finish(*local_close_);
    if (ec == ws::error::closed) {
      const auto& r = ws_.reason();
      return finish({r.code == ws::close_code::none ? 1005 : static_cast<int>(r.code),
                     0,
                     {},
                     std::string(r.reason.data(), r.reason.size())});
    }
    // Beast has queued its close frame; the socket may still have to take it.
    finish({close_code_of(ec), 0, {}, ec.message()});
  }

  void on_read(error_code ec, std::size_t n) override {
    if (client_ && !client_->is_decided) return listener_ != nullptr ? on_answer(ec, n) : void();
    HandlerSlot& slot = ws_.next_layer().reader();
    if (!slot.empty()) slot(ec, n);
  }

  void on_writable(error_code ec) override {
    waiting_ = false;
    if (ec || listener_ == nullptr) return;
    flush();
    if (!waiting_ && output_.backlog() == 0 && listener_ != nullptr && open_) listener_->on_drained();
  }

  void deadline(std::chrono::milliseconds after, std::string_view what) {
    if (!timer_) timer_ = std::make_unique<asio::steady_timer>(executor());
    timer_->expires_after(after);
    timer_->async_wait([weak = weak_from_this(), what](error_code ec) {
      const auto self = weak.lock();
      if (ec || !self) return;
      if (self->local_close_) return self->finish(*self->local_close_);
      if (self->client_ && self->client_->answer.end() == UpgradeAnswer::State::complete) return self->refused();
      self->lost_while_opening(self->client_ ? self->client_->too_late() : std::string(what));
    });
  }

  void finish_later(CloseInfo info) {
    asio::post(executor(), [self = shared_from_this(), info = std::move(info)] { self->finish(info); });
  }

  // Tells the owner, once; then nothing of this is left running.
  void finish(CloseInfo info) {
    if (finished_) return;
    finished_ = true;
    output_.set_open(false);
    output_.own();
    Listener* listener = std::exchange(listener_, nullptr);
    flush_last();
    if (listener != nullptr) listener->on_closed(info);
    abandon();
  }

  void flush_last() {
    if (!stream_ || output_.backlog() == 0 || waiting_) return;
    error_code ignored;
    output_.sent(stream_->write_some(output_.waiting(), ignored));
  }

  inline static Nobody nobody_;
  Listener* listener_;
  Output output_;
  ws::stream<Layer, true> ws_;
  std::shared_ptr<ByteStream> stream_;
  Message message_;
  std::unique_ptr<asio::steady_timer> timer_;  // while opening and closing
  std::unique_ptr<ServerOpening> request_;
  std::unique_ptr<ClientOpening> client_;
  std::unique_ptr<std::mt19937> mask_;  // of a client only
  const ServerOptions* server_ = nullptr;
  std::unique_ptr<CloseInfo> local_close_;
  tcp::endpoint remote_;
  std::shared_ptr<const void> place_;
  std::uint64_t written_ = 0;
  std::uint64_t pong_end_ = 0;  // of written_, when the last pong is gone
  std::unique_ptr<std::string> late_pong_;
  bool open_ = false;
  bool closing_ = false;
  bool finished_ = false;
  bool reading_ = false;
  bool paused_ = false;
  bool waiting_ = false;
  bool pinging_ = false;
  bool end_when_drained_ = false;
  bool lingering_ = false;
  bool compresses_ = false;
};

}  // namespace

std::unique_ptr<Connection> Connection::connect(asio::io_context& io, ClientOptions options, Listener& listener) {
  auto impl = std::make_shared<Impl>(io.get_executor(), listener, options.message_limit, options.output_limit);
  impl->connect(io, std::move(options));
  return std::make_unique<Handle<Impl>>(std::move(impl));
}

std::unique_ptr<Connection> Connection::accept(tcp::socket&& socket, const ServerOptions& options, Listener& listener,
                                               std::shared_ptr<const void> place) {
  const auto executor = *socket.get_executor().target<Layer::executor_type>();
  auto impl = std::make_shared<Impl>(executor, listener, options.message_limit, options.output_limit);
  impl->accept(std::move(socket), options, std::move(place));
  return std::make_unique<Handle<Impl>>(std::move(impl));
}

}  // namespace gw::websocket
