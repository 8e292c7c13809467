#include "tests/support/tls_server.hpp"

#include <cstdio>
#include <stdexcept>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <sys/time.h>

namespace gw::support {
namespace {

using boost::asio::ip::tcp;

void must(bool good, const char* what) {
  if (!good) throw std::runtime_error(std::string("OpenSSL: ") + what);
}

std::string accept_key(const std::string& request) {
  constexpr char kName[] = "Sec-WebSocket-Key: ";
  const std::size_t at = request.find(kName) + sizeof kName - 1;
  const std::string text = request.substr(at, request.find('\r', at) - at) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[20];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char encoded[32];
  const int n = EVP_EncodeBlock(encoded, digest, sizeof digest);
  return {reinterpret_cast<const char*>(encoded), static_cast<std::size_t>(n)};
}

bool write_all(SSL* ssl, const std::string& bytes) {
  return SSL_write(ssl, bytes.data(), static_cast<int>(bytes.size())) > 0;
}

std::string frame(std::string_view payload) {
  std::string out = "\x81";
  if (payload.size() < 126) {
    out += static_cast<char>(payload.size());
  } else {
    out += '\x7f';
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(payload.size() >> shift);
  }
  return out.append(payload);
}

// The payload of one masked frame; empty: the client is gone.
std::string read_frame(SSL* ssl) {
  std::string in;
  char block[256];
  while (in.size() < 6 || in.size() < 6U + (static_cast<unsigned char>(in[1]) & 0x7fU)) {
    const int n = SSL_read(ssl, block, sizeof block);
    if (n <= 0) return {};
    in.append(block, static_cast<std::size_t>(n));
  }
  std::string payload = in.substr(6, static_cast<unsigned char>(in[1]) & 0x7fU);
  for (std::size_t i = 0; i < payload.size(); ++i) payload[i] = static_cast<char>(payload[i] ^ in[2 + i % 4]);
  return payload;
}

}  // namespace

Certificate::Certificate(const std::string& names, bool expired) : key(EVP_EC_gen("P-256")), x509(X509_new()) {
  must(key && x509, "no key");
  X509_set_version(x509.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x509.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(x509.get()), -48 * 3600);
  X509_gmtime_adj(X509_getm_notAfter(x509.get()), expired ? -24 * 3600 : 24 * 3600);
  X509_set_pubkey(x509.get(), key.get());
  X509_NAME* name = X509_get_subject_name(x509.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
  X509_set_issuer_name(x509.get(), name);
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
  must(extension != nullptr, "bad names");
  X509_add_ext(x509.get(), extension, -1);
  X509_EXTENSION_free(extension);
  must(X509_sign(x509.get(), key.get(), EVP_sha256()) != 0, "not signed");
}

void Certificate::write(const std::string& file) const {
  std::FILE* out = std::fopen(file.c_str(), "w");
  must(out != nullptr && PEM_write_X509(out, x509.get()) == 1, "not written");
  std::fclose(out);
}

void Certificate::write_key(const std::string& file, std::string passphrase) const {
  std::FILE* out = std::fopen(file.c_str(), "w");
  const EVP_CIPHER* cipher = passphrase.empty() ? nullptr : EVP_aes_256_cbc();
  must(out != nullptr && PEM_write_PrivateKey(out, key.get(), cipher, nullptr, 0, nullptr,
                                              passphrase.empty() ? nullptr : passphrase.data()) == 1,
       "key not written");
  std::fclose(out);
}

TlsServer::TlsServer(const Certificate& certificate, std::string greeting)
    : greeting_(std::move(greeting)),
      context_(SSL_CTX_new(TLS_server_method())),
      acceptor_(io_, {boost::asio::ip::make_address("127.0.0.1"), 0}),
      port_(acceptor_.local_endpoint().port()) {
  must(SSL_CTX_use_certificate(context_.get(), certificate.x509.get()) == 1, "certificate");
  must(SSL_CTX_use_PrivateKey(context_.get(), certificate.key.get()) == 1, "key");
  thread_ = std::thread([this] { serve(); });
}

TlsServer::~TlsServer() {
  ending_ = true;
  tcp::socket knock(io_);
  boost::system::error_code ec;
  knock.connect(acceptor_.local_endpoint(), ec);
  thread_.join();
}

void TlsServer::serve() {
  tcp::socket socket = acceptor_.accept();
  if (ending_) return;
  const timeval patience{5, 0};
  ::setsockopt(socket.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context_.get()));
  SSL_set_fd(ssl.get(), static_cast<int>(socket.native_handle()));
  if (SSL_accept(ssl.get()) != 1) return;
  std::string request;
  char block[2048];
  while (request.find("\r\n\r\n") == std::string::npos) {
    const int n = SSL_read(ssl.get(), block, sizeof block);
    if (n <= 0) return;
    request.append(block, static_cast<std::size_t>(n));
  }
  if (!write_all(ssl.get(),
                 "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Accept: " +
                     accept_key(request) + "\r\n\r\n" + frame(greeting_)))
    return;
  const std::string said = read_frame(ssl.get());
  if (!said.empty()) write_all(ssl.get(), frame(said));
  SSL_shutdown(ssl.get());
}

}  // namespace gw::support
