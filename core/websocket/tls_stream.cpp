// OpenSSL directly on the non-blocking socket: it says what readiness it waits for, and Asio waits for that. Asio's own
// SSL stream would be compiled anew for each of Beast's operations.
#include <stdexcept>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>

#include "core/websocket/byte_stream.hpp"
#include "core/websocket/certificate_problem.hpp"
#include "core/websocket/connection.hpp"

namespace gw::websocket {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

struct Free {
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
};

using Context = std::unique_ptr<SSL_CTX, Free>;
using Ssl = std::unique_ptr<SSL, Free>;

Context new_context(const SSL_METHOD* method) {
  Context context(SSL_CTX_new(method));
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  return context;
}

// What a client finds out about its server's certificate.
struct Verification {
  std::string host;
  std::string problem{};  // empty: none is known
};

// OpenSSL calls it for each certificate of the chain, and once more for the name.
int on_verified(int is_good, X509_STORE_CTX* store) {
  auto* const ssl = static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* const found = static_cast<Verification*>(SSL_get_app_data(ssl));
  if (is_good != 1 && found != nullptr)
    found->problem =
        certificate_problem(X509_STORE_CTX_get_error(store), X509_STORE_CTX_get_current_cert(store), found->host);
  return is_good;
}

// The client's side of a TLS connection; keeps its context alive.
Ssl new_client(const std::string& host, const std::string& ca_file) {
  const Context context = new_context(TLS_client_method());
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, &on_verified);
  const int trusted = ca_file.empty() ? SSL_CTX_set_default_verify_paths(context.get())
                                      : SSL_CTX_load_verify_locations(context.get(), ca_file.c_str(), nullptr);
  if (trusted != 1) throw std::runtime_error("cannot read the certificates in " + ca_file);
  Ssl ssl(SSL_new(context.get()));
  SSL_set_connect_state(ssl.get());
  error_code not_an_address;
  boost::asio::ip::make_address(host, not_an_address);
  if (not_an_address) {
    SSL_set_tlsext_host_name(ssl.get(), host.c_str());
    SSL_set1_host(ssl.get(), host.c_str());
  } else {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str());
  }
  return ssl;
}

class TlsStream final : public ByteStream, public std::enable_shared_from_this<TlsStream> {
 public:
  // `ssl` knows its side and whom to trust. `host`: of a client's server.
  TlsStream(tcp::socket&& socket, std::weak_ptr<void> life, StreamOwner& owner, Ssl ssl, std::string host = {})
      : socket_(std::move(socket)),
        life_(std::move(life)),
        owner_(owner),
        ssl_(std::move(ssl)),
        verification_{std::move(host)} {
    SSL_set_app_data(ssl_.get(), &verification_);
    error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(tcp::no_delay(true), ignored);
    SSL_set_fd(ssl_.get(), static_cast<int>(socket_.native_handle()));
  }

  void start() override {
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] { self->handshake(); });
  }

  std::string certificate_problem() const override { return verification_.problem; }

  void read_some(void* data, std::size_t size) override {
    read_data_ = data;
    read_size_ = size;
    // What OpenSSL has buffered makes no socket readable: look first, but never answer from inside this call.
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] { self->try_read(); });
  }

  std::size_t write_some(std::string_view bytes, error_code& ec) override {
    ERR_clear_error();
    const int n = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(std::min<std::size_t>(bytes.size(), 1 << 20)));
    bound_ = 0;
    if (n > 0) {
      ec = {};
      return static_cast<std::size_t>(n);
    }
    bound_ = std::min<std::size_t>(bytes.size(), SSL3_RT_MAX_PLAIN_LENGTH);  // one record, already encrypted
    const int why = SSL_get_error(ssl_.get(), n);
    ec = why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? error_code(boost::asio::error::would_block)
                                                                   : failure(why);
    return 0;
  }

  // TLS copies in any case. Small pieces do not come here.
  std::size_t write_some(std::span<const std::string_view> pieces, error_code& ec) override {
    return write_some(pieces.front(), ec);
  }

  std::size_t bound() const override { return bound_; }
  void wait_writable() override {
    wait(tcp::socket::wait_write, [](TlsStream& s, error_code ec) { s.owner_.on_writable(ec); });
  }
  void shutdown() override {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  tcp::socket& socket() override { return socket_; }

 private:
  template <class Then>
  void wait(tcp::socket::wait_type what, Then then) {
    socket_.async_wait(what, [self = shared_from_this(), then](error_code ec) {
      if (const auto alive = self->life_.lock()) then(*self, ec);
    });
  }

  error_code failure(int why) const {
    if (why == SSL_ERROR_ZERO_RETURN) return boost::asio::error::eof;
    const unsigned long code = ERR_get_error();
    if (code != 0) return {static_cast<int>(code), boost::asio::error::get_ssl_category()};
    return boost::asio::error::connection_reset;
  }

  void handshake() {
    const auto alive = life_.lock();
    if (!alive || !socket_.is_open()) return;
    const auto again = [](TlsStream& s, error_code ec) { ec ? s.owner_.on_ready(ec) : s.handshake(); };
    if (!is_tls_ && SSL_is_server(ssl_.get()) == 1) {
      // OpenSSL knows some methods of HTTP, and what it has read of others is gone.
      unsigned char first = 0;
      error_code ec;
      const std::size_t seen = socket_.receive(boost::asio::buffer(&first, 1), tcp::socket::message_peek, ec);
      if (ec == boost::asio::error::would_block) return wait(tcp::socket::wait_read, again);
      if (ec) return owner_.on_ready(ec);
      if (seen == 1 && first != SSL3_RT_HANDSHAKE)
        return owner_.on_ready(
            {static_cast<int>(ERR_PACK(ERR_LIB_SSL, 0, SSL_R_HTTP_REQUEST)), boost::asio::error::get_ssl_category()});
      is_tls_ = true;
    }
    ERR_clear_error();
    const int n = SSL_do_handshake(ssl_.get());
    if (n == 1) return owner_.on_ready({});
    const int why = SSL_get_error(ssl_.get(), n);
    if (why == SSL_ERROR_WANT_READ) return wait(tcp::socket::wait_read, again);
    if (why == SSL_ERROR_WANT_WRITE) return wait(tcp::socket::wait_write, again);
    owner_.on_ready(failure(why));
  }

  void try_read() {
    const auto alive = life_.lock();
    if (!alive) return;
    if (!socket_.is_open()) return owner_.on_read(boost::asio::error::operation_aborted, 0);
    ERR_clear_error();
    const int n = SSL_read(ssl_.get(), read_data_, static_cast<int>(std::min<std::size_t>(read_size_, 1 << 20)));
    if (n > 0) return owner_.on_read({}, static_cast<std::size_t>(n));
    const int why = SSL_get_error(ssl_.get(), n);
    const auto again = [](TlsStream& s, error_code ec) { ec ? s.owner_.on_read(ec, 0) : s.try_read(); };
    if (why == SSL_ERROR_WANT_READ) return wait(tcp::socket::wait_read, again);
    if (why == SSL_ERROR_WANT_WRITE) return wait(tcp::socket::wait_write, again);
    owner_.on_read(failure(why), 0);
  }

  tcp::socket socket_;
  std::weak_ptr<void> life_;
  StreamOwner& owner_;
  Ssl ssl_;
  Verification verification_;
  bool is_tls_ = false;  // a server: what the peer sends begins as TLS does
  void* read_data_ = nullptr;
  std::size_t read_size_ = 0;
  std::size_t bound_ = 0;
};

}  // namespace

class ServerTls {
 public:
  explicit ServerTls(Context context) : context_(std::move(context)) {}
  Ssl new_server() const {
    Ssl ssl(SSL_new(context_.get()));
    SSL_set_accept_state(ssl.get());
    return ssl;
  }

 private:
  Context context_;
};

namespace {

// OpenSSL would ask for a passphrase at the terminal, and wait there. `asked` is a bool.
int give_no_passphrase(char*, int, int, void* asked) {
  *static_cast<bool*>(asked) = true;
  return -1;
}

}  // namespace

Result<std::shared_ptr<const ServerTls>> load_server_tls(const std::string& certificate_file,
                                                         const std::string& key_file) {
  Context context = new_context(TLS_server_method());
  bool is_encrypted = false;
  SSL_CTX_set_default_passwd_cb(context.get(), &give_no_passphrase);
  SSL_CTX_set_default_passwd_cb_userdata(context.get(), &is_encrypted);
  ERR_clear_error();
  if (SSL_CTX_use_certificate_chain_file(context.get(), certificate_file.c_str()) != 1)
    return Error{"found no certificate in " + certificate_file + ", expected PEM"};
  const bool has_key = SSL_CTX_use_PrivateKey_file(context.get(), key_file.c_str(), SSL_FILETYPE_PEM) == 1;
  SSL_CTX_set_default_passwd_cb_userdata(context.get(), nullptr);
  SSL_CTX_set_default_passwd_cb(context.get(), nullptr);
  if (is_encrypted) return Error{"found an encrypted key in " + key_file + ", expected one without a passphrase"};
  if (!has_key) return Error{"found no key of " + certificate_file + " in " + key_file + ", expected PEM"};
  return std::shared_ptr<const ServerTls>(std::make_shared<ServerTls>(std::move(context)));
}

std::shared_ptr<ByteStream> make_tls_stream(tcp::socket&& socket, std::weak_ptr<void> life, StreamOwner& owner,
                                            const std::string& host, const std::string& ca_file) {
  return std::make_shared<TlsStream>(std::move(socket), std::move(life), owner, new_client(host, ca_file), host);
}

std::shared_ptr<ByteStream> make_tls_stream(tcp::socket&& socket, std::weak_ptr<void> life, StreamOwner& owner,
                                            const ServerTls& tls) {
  return std::make_shared<TlsStream>(std::move(socket), std::move(life), owner, tls.new_server());
}

}  // namespace gw::websocket
