#include "core/websocket/server_opening.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/status.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "core/base/text.hpp"
#include "core/websocket/deflate_offer.hpp"
#include "core/websocket/upgrade_request.hpp"

namespace gw::websocket {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

bool is_websocket_key(std::string_view key) {
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.substr(0, 22).find_first_not_of(kBase64) == key.npos;
}

template <class Fields>
std::vector<Header> headers_of(const Fields& fields) {
  std::vector<Header> headers;
  for (const auto& field : fields) headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return headers;
}

bool is_plain_http(error_code ec) {
  const auto code = static_cast<unsigned long>(ec.value());
  return ec.category() == boost::asio::error::get_ssl_category() && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST;
}

// Path and query: "/healthz" of "http://gw.example.com/healthz" too (RFC 9112, 3.2.2). An empty path is "/".
std::string path_of(std::string_view target) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!lower(target.substr(0, scheme.size())).starts_with(scheme)) continue;
    const std::size_t end = std::min(target.find_first_of("/?#", scheme.size()), target.size());
    const std::string_view behind_host = target.substr(end);
    return (behind_host.starts_with('/') ? "" : "/") + std::string(behind_host);
  }
  return std::string(target);
}

std::string http_text(const HttpAnswer& a, const std::vector<Header>& extra, bool with_body) {
  std::string text = "HTTP/1.1 " + std::to_string(a.status) + ' ' +
                     std::string(http::obsolete_reason(static_cast<http::status>(a.status))) +
                     "\r\nContent-Type: " + a.content_type + "\r\nContent-Length: " + std::to_string(a.body.size()) +
                     "\r\nConnection: close\r\n";
  for (const Header& h : a.headers) text += h.name + ": " + h.value + "\r\n";
  for (const Header& h : extra) text += h.name + ": " + h.value + "\r\n";
  return text + "\r\n" + (with_body ? a.body : "");
}

}  // namespace

ServerOpening::ServerOpening(OpeningHost& host, const ServerOptions& options) : host_(host), options_(options) {
  parser_.header_limit(options.header_limit);
  parser_.body_limit(options.header_limit);
}

void ServerOpening::on_ready(error_code ec) {
  if (is_plain_http(ec)) {
    is_without_tls_ = true;
    return host_.use_stream(std::move(host_.stream().socket()), make_plain_stream);
  }
  if (ec) return host_.finish({1006, 0, {}, "TLS with " + host_.remote_address() + " failed: " + ec.message()});
  http::async_read(host_.layer(), buffer_, parser_, [this, host = host_.shared()](error_code read_ec, std::size_t) {
    if (host->has_owner()) on_request(read_ec);
  });
}

void ServerOpening::on_request(error_code ec) {
  const auto& request = parser_.get();
  const std::string method(request.method_string());
  is_head_ = method == "HEAD";
  if (is_without_tls_ && (!ec || parser_.got_some()))
    return answer({400, "text/plain; charset=utf-8", "This port speaks TLS: use https:// or wss://.\n"}, {});
  if (ec == http::error::header_limit) return answer({431, "text/plain", "Too large\n"}, {});
  const bool is_too_long = ec == http::error::body_limit;
  if (is_too_long && (method == "GET" || is_head_))
    return answer({413, "text/plain", "A request to open a WebSocket, or for a page, has no body\n"}, {});
  if (is_too_long) ec = {};  // whatever answers other methods does without the body
  if (ec && ec != http::error::end_of_stream && parser_.got_some())
    return answer({400, "text/plain", "Bad request\n"}, {});
  if (ec) return host_.finish({1006, 0, {}, ec.message()});
  const auto [first_host, behind_hosts] = request.equal_range(http::field::host);
  if (std::distance(first_host, behind_hosts) > 1)
    return answer({400, "text/plain", "Bad request: found more than one Host\n"}, {});
  const std::string path = path_of(request.target());
  HttpRequest asked{method, path, is_too_long ? std::string_view() : request.body(), headers_of(request),
                    host_.remote_address()};
  asked.missing = missing_for_upgrade(method, request.version() >= 11, asked.headers);
  host_.tell_request(asked);
  // An upgrade in all but its version is none that somebody else could answer (RFC 6455, 4.4).
  if (asked.missing.starts_with("Sec-WebSocket-Version"))
    return answer({426, "text/plain; charset=utf-8", "To open a WebSocket, the request lacks " + asked.missing + ".\n"},
                  {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}});
  if (!asked.missing.empty() && options_.on_http_later) return options_.on_http_later(asked, late_reply());
  if (!asked.missing.empty()) return answer(options_.on_http ? options_.on_http(asked) : HttpAnswer{}, {});
  // The key is sixteen bytes in base64 (RFC 6455, 4.2.1); Beast takes anything.
  if (!is_websocket_key(request[http::field::sec_websocket_key]))
    return answer({400, "text/plain", "Sec-WebSocket-Key is no key\n"}, {});
  // A client must wait for the answer (RFC 6455, 4.1); what it sent before would be taken for a part of its next
  // message.
  if (buffer_.size() != 0) return answer({400, "text/plain", "Data before the handshake was answered\n"}, {});
  std::vector<Header> extra;
  if (options_.on_upgrade) {
    const HttpAnswer decision = options_.on_upgrade(asked, extra);
    if (decision.status != 0 || decision.verbatim) return answer(decision, extra);
  }
  make_upgrade_plain();
  const std::optional<std::string> deflate = options_.compression ? chosen_offer() : std::nullopt;
  if (deflate) extra.push_back({"Sec-WebSocket-Extensions", *deflate});
  if (deflate) host_.expect_compressed(false, {});
  host_.accept_upgrade(request, std::move(extra), deflate.has_value());
}

void ServerOpening::on_handshake(error_code ec) {
  if (ec) return host_.finish({1006, 0, {}, ec.message()});
  host_.opened();
}

// Answers on the connection's thread, unless the connection has ended by then.
HttpReply ServerOpening::late_reply() {
  return [this, executor = host_.layer().get_executor(), weak = std::weak_ptr(host_.shared())](HttpAnswer a) {
    boost::asio::post(executor, [this, weak, a = std::move(a)] {
      if (const auto host = weak.lock(); host && host->has_owner()) answer(a, {});
    });
  };
}

// Sends a plain HTTP answer and, unless it is to stay, ends the connection.
void ServerOpening::answer(const HttpAnswer& a, const std::vector<Header>& extra) {
  is_answered_ = true;
  host_.answer_http(a.verbatim ? a.body : http_text(a, extra, !is_head_), a.stays);
  drain();
}

// Reads until the peer ends too, so that closing does not destroy our answer on its way.
void ServerOpening::drain() {
  host_.layer().async_read_some(boost::asio::buffer(sink_), [this, host = host_.shared()](error_code ec, std::size_t) {
    if (ec) return host->finish({1000, 0, {}, "HTTP"});
    drain();
  });
}

// Beast looks at the first line of each header only.
void ServerOpening::make_upgrade_plain() {
  auto& asked = parser_.get();
  asked.set(http::field::connection, "Upgrade");
  asked.set(http::field::upgrade, "websocket");
  asked.set(http::field::sec_websocket_version, "13");
}

// The one offer of compression that is accepted.
std::optional<std::string> ServerOpening::chosen_offer() {
  const auto& asked = parser_.get();
  std::string offers;
  const auto [begin, end] = asked.equal_range(http::field::sec_websocket_extensions);
  for (auto line = begin; line != end; ++line) offers += std::string(line->value()) + ',';
  return choose_offer(offers);
}

void ServerOpening::on_timeout() {
  host_.finish({1006, 0, {}, is_answered_ ? "HTTP answer sent" : "no request in time"});
}

}  // namespace gw::websocket
