// Certificates made on the spot, and a TLS server on a thread of its own that serves one WebSocket
// client.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include <openssl/ssl.h>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace gw::support {

struct FreeSsl {
  void operator()(EVP_PKEY* p) const { EVP_PKEY_free(p); }
  void operator()(X509* p) const { X509_free(p); }
  void operator()(SSL_CTX* p) const { SSL_CTX_free(p); }
  void operator()(SSL* p) const { SSL_free(p); }
};

// Self-signed, good for `names` as OpenSSL writes them: "DNS:localhost,IP:127.0.0.1".
struct Certificate {
  explicit Certificate(const std::string& names, bool expired = false);
  void write(const std::string& file) const;
  void write_key(const std::string& file, std::string passphrase = "") const;  // encrypted where there is one

  std::unique_ptr<EVP_PKEY, FreeSsl> key;
  std::unique_ptr<X509, FreeSsl> x509;
};

// Accepts one client, upgrades it, sends `greeting` as one text frame, sends back the first frame
// that comes (of less than 126 bytes), and ends. The destructor does not wait for a client that never came, nor for
// long for one that is silent: a test that fails ends at once.
class TlsServer {
 public:
  TlsServer(const Certificate& certificate, std::string greeting);
  ~TlsServer();
  unsigned short port() const { return port_; }

 private:
  void serve();

  std::string greeting_;
  std::unique_ptr<SSL_CTX, FreeSsl> context_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  unsigned short port_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

}  // namespace gw::support
