#include "core/login/redirect_listener.hpp"

#include <charconv>
#include <list>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "core/base/url.hpp"
#include "core/websocket/connection.hpp"

namespace gw::login {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using websocket::HttpAnswer;
using websocket::HttpRequest;

constexpr std::size_t kMaxVisits = 32;
constexpr std::chrono::minutes kLongestAnswer{3};
constexpr std::chrono::seconds kLastWords{2};  // for the browser to take the last page

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<' || c == '>' || c == '&' || c == '"')
      out += "&#" + std::to_string(static_cast<int>(c)) + ';';
    else
      out += c;
  }
  return out;
}

HttpAnswer page(const Shown& shown) {
  const std::string head = shown.is_good ? "Logged in" : "Not logged in";
  return {shown.is_good ? 200 : 403, "text/html; charset=utf-8",
          "<!doctype html><title>" + head + "</title><h1>" + head + "</h1><p>" + escaped(shown.text) +
              "</p><p>You may close this window.</p>\n"};
}

}  // namespace

std::string query_for(std::string_view path, std::string_view target) {
  const std::size_t query = target.find('?');
  if (query == target.npos || target.substr(0, query) != path) return {};
  return std::string(target.substr(query + 1));
}

struct RedirectListener::Server {
  // A browser's connection.
  struct Visit final : websocket::Listener {
    explicit Visit(Server& owner) : server(owner) {}
    void on_open() override {}
    void on_message(websocket::Opcode, std::string_view) override {}
    void on_closed(const websocket::CloseInfo&) override {
      asio::post(server.io,
                 [&all = server.visits, self = this] { all.remove_if([&](const Visit& v) { return &v == self; }); });
    }
    Server& server;
    std::unique_ptr<websocket::Connection> connection;
  };

  Server() : acceptor(io) {
    options.open_timeout = std::chrono::duration_cast<std::chrono::milliseconds>(kLongestAnswer);
    options.on_http = [this](const HttpRequest& request) { return answer(request); };
    options.on_upgrade = [](const HttpRequest&, std::vector<websocket::Header>&) { return HttpAnswer{}; };
  }

  HttpAnswer answer(const HttpRequest& request) {
    const std::string query = query_for(path, request.target);
    if (is_over || request.method != "GET" || query.empty()) return {};
    const Shown shown = on_answer(query);
    is_over = true;
    return page(shown);
  }

  void accept() {
    acceptor.async_accept([this](error_code ec, asio::ip::tcp::socket socket) {
      if (ec == asio::error::operation_aborted) return;
      if (!ec && visits.size() < kMaxVisits) {
        Visit& visit = visits.emplace_back(*this);
        visit.connection = websocket::Connection::accept(std::move(socket), options, visit);
      }
      accept();
    });
  }

  asio::io_context io{1};
  asio::ip::tcp::acceptor acceptor;
  websocket::ServerOptions options;
  std::string path;
  std::function<Shown(const std::string& query)> on_answer;
  bool is_over = false;
  std::list<Visit> visits;
};

RedirectListener::RedirectListener(std::unique_ptr<Server> server) : server_(std::move(server)) {}
RedirectListener::~RedirectListener() = default;

Result<std::unique_ptr<RedirectListener>> RedirectListener::open(const std::string& address) {
  const std::string_view authority = authority_of(address);
  const std::size_t colon = authority.rfind(':');
  std::string host(authority.substr(0, colon));
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  std::uint16_t port = 0;
  std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), port);
  auto server = std::make_unique<Server>();
  const std::size_t begin = address.find('/', address.find("://") + 3);
  server->path = begin == std::string::npos ? "/" : address.substr(begin);
  error_code ec;
  const auto parsed = asio::ip::make_address(host, ec);
  const asio::ip::tcp::endpoint endpoint(parsed, port);
  if (!ec) server->acceptor.open(endpoint.protocol(), ec);
  if (!ec) server->acceptor.set_option(asio::socket_base::reuse_address(true), ec);
  if (!ec) server->acceptor.bind(endpoint, ec);
  if (!ec) server->acceptor.listen(asio::socket_base::max_listen_connections, ec);
  if (ec) return Error{"login.redirect " + address + ": cannot listen there: " + ec.message()};
  server->accept();
  return std::unique_ptr<RedirectListener>(new RedirectListener(std::move(server)));
}

bool RedirectListener::wait(std::chrono::nanoseconds timeout,
                            const std::function<Shown(const std::string& query)>& on_answer) {
  server_->on_answer = on_answer;
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!server_->is_over && std::chrono::steady_clock::now() < end) server_->io.run_one_until(end);
  error_code ignored;
  server_->acceptor.close(ignored);
  const auto last = std::chrono::steady_clock::now() + kLastWords;
  while (server_->is_over && !server_->visits.empty() && std::chrono::steady_clock::now() < last)
    server_->io.run_one_until(last);
  return server_->is_over;
}

}  // namespace gw::login
