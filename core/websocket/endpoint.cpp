#include "core/websocket/endpoint.hpp"

#include <span>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket.hpp>

#include "core/base/version.hpp"
#include "core/websocket/client_opening.hpp"
#include "core/websocket/close_code.hpp"
#include "core/websocket/deflate_offer.hpp"
#include "core/websocket/server_opening.hpp"

namespace gw::websocket {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace ws = beast::websocket;
using boost::system::error_code;

constexpr std::chrono::seconds kCloseTimeout{2};

// Listens to a connection whose owner has been told its end.
class Nobody final : public Listener {
 public:
  void on_open() override {}
  void on_message(Opcode, std::string_view) override {}
  void on_closed(const CloseInfo&) override {}
};

Nobody nobody;

}  // namespace

Endpoint::Endpoint(Layer::executor_type executor, Listener& listener, std::size_t message_limit,
                   std::size_t output_limit)
    : listener_(&listener),
      writer_(output_limit),
      beast_(static_cast<LayerHost&>(*this), writer_, executor),
      linger_(kCloseTimeout) {
  beast_.read_message_max(message_limit);
  beast_.control_callback([this](ws::frame_type kind, beast::string_view) {
    if (kind != ws::frame_type::close && listener_ != nullptr) listener_->on_control_frame();
  });
}

// ---- opening

void Endpoint::connect(asio::io_context& io, ClientOptions options) {
  writer_.mask_messages();
  auto opening = std::make_unique<ClientOpening>(static_cast<OpeningHost&>(*this), io, std::move(options));
  ClientOpening& started = *opening;
  opening_ = std::move(opening);
  started.start();
}

void Endpoint::accept(asio::ip::tcp::socket&& socket, const ServerOptions& options,
                      std::shared_ptr<const void> until_gone) {
  until_gone_ = std::move(until_gone);
  linger_ = options.linger;
  auto opening = std::make_unique<ServerOpening>(static_cast<OpeningHost&>(*this), options);
  opening->start();
  opening_ = std::move(opening);
  if (options.make_stream) return use_stream(std::move(socket), options.make_stream);
  use_stream(std::move(socket), [&options](asio::ip::tcp::socket&& s, std::weak_ptr<void> life, StreamOwner& owner) {
    return make_server_stream(std::move(s), std::move(life), owner, options.tls.get());
  });
}

void Endpoint::use_stream(asio::ip::tcp::socket&& socket, const StreamMaker& make) {
  stream_ = make(std::move(socket), weak_from_this(), *this);
  error_code ec;
  remote_ = stream_->socket().remote_endpoint(ec);
  stream_->set_kernel_buffer(kKernelBuffer);
  writer_.attach(*stream_);
  stream_->start();
}

void Endpoint::on_ready(error_code ec) {
  if (listener_ != nullptr) opening_->on_ready(ec);
}

void Endpoint::ask_for_upgrade(const ClientOptions& options, const std::string& host, const std::string& target) {
  beast_.set_option(ws::stream_base::decorator(
      [headers = options.headers, deflate = options.offer_deflate](ws::request_type& request) {
        request.set(http::field::user_agent, user_agent());
        if (deflate) request.set(http::field::sec_websocket_extensions, kDeflateOffer);
        for (const Header& h : headers) request.set(h.name, h.value);
      }));
  beast_.async_handshake(host, target, [self = shared_from_this()](error_code ec) {
    if (self->listener_ != nullptr) self->opening_->on_handshake(ec);
  });
}

void Endpoint::accept_upgrade(const Request& request, std::vector<Header> headers, bool deflate) {
  compresses_ = deflate;
  if (!headers.empty())
    beast_.set_option(ws::stream_base::decorator([headers = std::move(headers)](ws::response_type& response) {
      for (const Header& h : headers) response.set(h.name, h.value);
    }));
  beast_.async_accept(request, [self = shared_from_this()](error_code ec) {
    if (self->listener_ != nullptr) self->opening_->on_handshake(ec);
  });
}

void Endpoint::expect_compressed(bool keeps_window, std::span<char> read) {
  compressed_ = std::make_unique<Compressed>(keeps_window);
  compressed_->marks.take_off(read);
}

void Endpoint::opened() {
  opening_.reset();
  if (state_ != State::opening) return;
  state_ = State::open;
  timer_.reset();
  if (writer_.masks()) message_.keep_memory();  // a client is a broker's feed, and those are few
  writer_.output().set_open(true);
  writer_.output().frames_begin();
  listener_->on_open();
  if (listener_ != nullptr) read();
}

void Endpoint::answer_http(std::string_view bytes, bool stays) {
  state_ = State::giving_up;
  writer_.output().append_always(bytes);
  if (stays) {
    timer_.reset();
  } else {
    writer_.shut_down_when_drained();
    set_timeout(kCloseTimeout);
  }
  writer_.flush();
}

// ---- reading

bool Endpoint::has_opened() const {
  return state_ == State::open || state_ == State::closing || state_ == State::lingering;
}

void Endpoint::pause_reading(bool paused) {
  beast_.next_layer().pause(paused_ = paused);
  if (!paused && has_opened()) read();
}

void Endpoint::read() {
  if (paused_ || reading_) return;
  reading_ = true;
  // While it closes, Beast reads and drops frames by itself, and has no hint to give.
  const std::span<char> room = message_.room(state_ == State::open ? beast_.read_size_hint() : 0);
  beast_.async_read_some(asio::buffer(room.data(), room.size()),
                         [self = shared_from_this()](error_code ec, std::size_t n) { self->on_some(ec, n); });
}

void Endpoint::on_some(error_code ec, std::size_t n) {
  reading_ = !ec && listener_ != nullptr;
  if (!reading_) return listener_ == nullptr ? void() : on_read_failed(ec);
  message_.add(n);
  if (beast_.is_message_done()) {
    if (compressed_) {
      if (const auto kind = compressed_->marks.next(); kind.is_compressed) {
        compressed_->inflater.begin(message_.bytes(), kind.is_text, beast_.read_message_max());
        return inflate();
      }
    }
    if (beast_.got_text() && message_.cut_off()) close(1007, "text ends inside a character");
    on_message(beast_.got_text() ? Opcode::text : Opcode::binary, message_.bytes());
  } else if (state_ != State::open) {
    message_.clear();
  }
  read_on();
}

void Endpoint::on_message(Opcode opcode, std::string_view payload) {
  if (state_ == State::open) listener_->on_message(opcode, payload);
  message_.clear();
}

void Endpoint::read_on() {
  reading_ = false;  // only now: reading that goes on from inside on_message would read into what was cleared since
  if (listener_ != nullptr) read();
}

// The message counts as being read until it is inflated: nothing else is read meanwhile.
void Endpoint::inflate() {
  const MessageInflater::State state =
      state_ == State::open ? compressed_->inflater.inflate_some() : MessageInflater::State::done;
  if (state != MessageInflater::State::more) return inflated(state);
  asio::post(executor(), [self = shared_from_this()] {
    if (self->listener_ != nullptr) self->inflate();
  });
}

void Endpoint::inflated(MessageInflater::State state) {
  MessageInflater& inflater = compressed_->inflater;
  if (state == MessageInflater::State::too_large) close(1009, "message too big");
  if (state == MessageInflater::State::broken) close(1007, inflater.problem());
  on_message(inflater.is_text() ? Opcode::text : Opcode::binary, inflater.payload());
  inflater.end();
  read_on();
}

void Endpoint::on_read_failed(error_code ec) {
  if (local_close_) return finish(*local_close_);
  if (ec == ws::error::closed) {
    const auto& r = beast_.reason();
    return finish({r.code == ws::close_code::none ? 1005 : static_cast<int>(r.code),
                   0,
                   {},
                   std::string(r.reason.data(), r.reason.size())});
  }
  // Beast has queued its close frame; the socket may still have to take it.
  finish({close_code_of(ec), 0, {}, ec.message()});
}

void Endpoint::on_read(error_code ec, std::size_t n) {
  if (opening_ && opening_->reads()) return listener_ != nullptr ? opening_->on_read(ec, n) : void();
  if (compressed_) compressed_->marks.take_off({beast_.next_layer().read_to(), n});
  pass_to_beast(ec, n);
}

void Endpoint::pass_to_beast(error_code ec, std::size_t n) {
  PendingHandler& handler = beast_.next_layer().reader();
  if (!handler.empty()) handler(ec, n);
}

void Endpoint::read_later(std::size_t n) {
  asio::post(executor(), [self = shared_from_this(), n] { self->pass_to_beast({}, n); });
}

// ---- writing

void Endpoint::on_writable(error_code ec) {
  if (listener_ != nullptr && writer_.on_writable(ec) && has_opened()) listener_->on_drained();
}

void Endpoint::ping(std::string_view payload) {
  if (!is_open() || pinging_) return;
  pinging_ = true;
  beast_.async_ping({payload.data(), payload.size()},
                    [self = shared_from_this()](error_code) { self->pinging_ = false; });
}

// ---- closing

void Endpoint::close(int code, std::string_view reason) {
  if (state_ != State::opening && state_ != State::open) return;
  const bool was_open = std::exchange(state_, state_ == State::open ? State::closing : State::giving_up) == State::open;
  writer_.output().set_open(false);
  if (!was_open) return finish_later({code, 0, {}, std::string(reason)});
  set_timeout(kCloseTimeout);
  start_close(code, reason);
}

void Endpoint::drop_and_close(int code, std::string_view reason) {
  if (state_ != State::open) return close(code, reason);
  state_ = State::lingering;
  writer_.output().set_open(false);
  // This endpoint now keeps itself alive. It ends with the timer's handler, with the io_context at the latest.
  const std::shared_ptr<Endpoint> ends(this, [self = shared_from_this()](Endpoint* end) { end->abandon(); });
  timer_ = std::make_unique<asio::steady_timer>(executor(), linger_);
  timer_->async_wait([ends](error_code ec) {
    if (!ec) ends->finish(*ends->local_close_);
  });
  writer_.drop_frames();
  start_close(code, reason);
  asio::post(executor(), [self = shared_from_this()] {
    if (self->listener_ != nullptr) std::exchange(self->listener_, &nobody)->on_closed(*self->local_close_);
  });
}

void Endpoint::start_close(int code, std::string_view reason) {
  local_close_ = std::make_unique<CloseInfo>(CloseInfo{code, 0, {}, std::string(reason)});
  pause_reading(false);  // the peer's close frame must be seen
  beast_.async_close({static_cast<ws::close_code>(code), beast::string_view(reason.data(), reason.size())},
                     [self = shared_from_this()](error_code) {
                       if (!self->reading_) self->finish(*self->local_close_);
                     });
}

void Endpoint::set_timeout(std::chrono::milliseconds after) {
  if (!timer_) timer_ = std::make_unique<asio::steady_timer>(executor());
  timer_->expires_after(after);
  timer_->async_wait([weak = weak_from_this()](error_code ec) {
    const auto self = weak.lock();
    if (ec || !self) return;
    if (self->local_close_) return self->finish(*self->local_close_);
    if (self->opening_) self->opening_->on_timeout();
  });
}

void Endpoint::finish_later(CloseInfo info) {
  asio::post(executor(), [self = shared_from_this(), info = std::move(info)] { self->finish(info); });
}

// Tells the owner, once; then nothing of this is left running.
void Endpoint::finish(CloseInfo info) {
  if (state_ == State::finished) return;
  state_ = State::finished;
  writer_.output().set_open(false);
  writer_.output().own();
  Listener* listener = std::exchange(listener_, nullptr);
  writer_.flush_last();
  writer_.detach();
  if (listener != nullptr) listener->on_closed(info);
  abandon();
}

void Endpoint::let_go() {
  if (state_ != State::lingering) return abandon();
  listener_ = &nobody;
}

void Endpoint::abandon() {
  const auto self = shared_from_this();
  listener_ = nullptr;
  timer_.reset();
  if (opening_) opening_->cancel();
  writer_.detach();
  if (stream_) stream_->close();
  beast_.next_layer().reader().reset();
}

std::string Endpoint::remote_address() const {
  return remote_.port() == 0 ? std::string() : remote_.address().to_string() + ':' + std::to_string(remote_.port());
}

}  // namespace gw::websocket
