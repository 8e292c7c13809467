// An HTTP server on a free port of this machine that answers each connection with the next of the given answers, byte
// by byte as it stands, and keeps the requests. With a certificate it speaks TLS.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "tests/support/tls_server.hpp"

namespace gw::download {

struct Answer {
  std::string bytes;
  bool hold = false;  // the connection stays open until the client ends it
};

inline Answer answer(const std::string& status, const std::string& headers, const std::string& body) {
  return {"HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
          "\r\nConnection: close\r\n\r\n" + body};
}

class ScriptedServer {
 public:
  explicit ScriptedServer(std::vector<Answer> answers, const support::Certificate* certificate = nullptr,
                          const std::string& address = "127.0.0.1")
      : answers_(std::move(answers)),
        acceptor_(io_, {boost::asio::ip::make_address(address), 0}),
        host_(address.find(':') == std::string::npos ? address : '[' + address + ']') {
    if (certificate != nullptr) {
      context_.reset(SSL_CTX_new(TLS_server_method()));
      SSL_CTX_use_certificate(context_.get(), certificate->x509.get());
      SSL_CTX_use_PrivateKey(context_.get(), certificate->key.get());
    }
    port_ = acceptor_.local_endpoint().port();
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    ending_ = true;
    boost::asio::ip::tcp::socket knock(io_);
    boost::system::error_code ec;
    knock.connect(acceptor_.local_endpoint(), ec);
    thread_.join();
  }

  std::string url(const std::string& path = "/list") const {
    return (context_ ? "https://" : "http://") + host() + path;
  }
  std::string host() const { return host_ + ':' + std::to_string(port_); }
  std::vector<std::string> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }
  // The addresses that the clients came from, one for each connection.
  std::vector<std::string> clients() const {
    const std::lock_guard lock(mutex_);
    return clients_;
  }

 private:
  void serve() {
    for (const Answer& next : answers_) {
      boost::asio::ip::tcp::socket socket = acceptor_.accept();
      if (ending_) return;
      {
        const std::lock_guard lock(mutex_);
        clients_.push_back(socket.remote_endpoint().address().to_string());
      }
      if (context_)
        serve_tls(socket, next);
      else
        serve_plain(socket, next);
    }
  }
  using Read = std::function<std::string()>;  // empty: the client is gone
  using Write = std::function<void(const std::string&)>;

  void serve_plain(boost::asio::ip::tcp::socket& socket, const Answer& next) {
    boost::system::error_code ec;
    const auto read = [&] {
      std::string block(4096, '\0');
      block.resize(socket.read_some(boost::asio::buffer(block), ec));
      return block;
    };
    talk(next, read, [&](const std::string& bytes) { boost::asio::write(socket, boost::asio::buffer(bytes), ec); });
  }
  void serve_tls(boost::asio::ip::tcp::socket& socket, const Answer& next) {
    const std::unique_ptr<SSL, support::FreeSsl> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), static_cast<int>(socket.native_handle()));
    if (SSL_accept(ssl.get()) != 1) return;
    const auto read = [&] {
      std::string block(4096, '\0');
      block.resize(static_cast<std::size_t>(std::max(0, SSL_read(ssl.get(), block.data(), 4096))));
      return block;
    };
    talk(next, read,
         [&](const std::string& bytes) { SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size())); });
    SSL_shutdown(ssl.get());
  }
  void talk(const Answer& next, const Read& read, const Write& write) {
    std::string request;
    while (request.find("\r\n\r\n") == std::string::npos) {
      const std::string more = read();
      if (more.empty()) return;
      request += more;
    }
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    write(next.bytes);
    while (next.hold && !read().empty()) {
    }
  }

  const std::vector<Answer> answers_;
  std::unique_ptr<SSL_CTX, support::FreeSsl> context_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  const std::string host_;
  unsigned short port_ = 0;
  std::atomic<bool> ending_ = false;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::string> clients_;
  std::thread thread_;
};

}  // namespace gw::download
