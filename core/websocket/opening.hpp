// What only opening a connection needs, on either side, and what it says in HTTP. Included by connection.cpp only.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/websocket/option.hpp>
#include <boost/beast/websocket/rfc6455.hpp>

#include "core/websocket/address.hpp"
#include "core/websocket/addresses.hpp"
#include "core/websocket/connection.hpp"
#include "core/websocket/deflate_offer.hpp"
#include "core/websocket/dialer.hpp"
#include "core/websocket/upgrade_answer.hpp"

namespace gw::websocket {

struct ClientOpening {
  ClientOpening(ClientOptions o, boost::asio::io_context& i) : options(std::move(o)), io(i), resolver(i) {
    if (options.addresses == nullptr) options.addresses = std::make_shared<AddressMemory>();
  }
  std::string peer() const { return named(url.host, at); }
  void answered() const { options.addresses->answered(url.authority, at); }
  void failed() const { options.addresses->failed(url.authority, at); }
  // What has not happened in time.
  std::string too_late() const {
    if (is_connected) return peer() + ": no answer to the upgrade in time";
    return dialer != nullptr ? "cannot connect to " + dialer->so_far() : "cannot resolve " + url.host + ": timed out";
  }

  ClientOptions options;
  Address url;
  boost::asio::io_context& io;
  boost::asio::ip::tcp::resolver resolver;
  std::shared_ptr<Dialer> dialer;
  boost::asio::ip::tcp::endpoint at;
  bool is_one_of_several = false;  // addresses of the host
  bool is_connected = false;
  bool is_decided = false;  // the answer goes on to Beast
  UpgradeAnswer answer;
  std::array<char, 4096> bytes;
};

struct ServerOpening {
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  explicit ServerOpening(std::uint32_t header_limit) {
    parser.header_limit(header_limit);
    parser.body_limit(header_limit);
  }
  const Parser::value_type& request() const { return parser.get(); }

  // Leaves in the request, for Beast, the one offer of compression that is accepted. False: there is none.
  bool choose_extension() {
    using boost::beast::http::field;
    auto& asked = parser.get();
    std::string offers;
    const auto [begin, end] = asked.equal_range(field::sec_websocket_extensions);
    for (auto line = begin; line != end; ++line) offers += std::string(line->value()) + ',';
    const auto chosen = choose_offer(offers);
    if (chosen) asked.set(field::sec_websocket_extensions, *chosen);
    return chosen.has_value();
  }

  boost::beast::flat_buffer buffer;
  Parser parser;
  char sink[512];
};

inline bool is_websocket_key(std::string_view key) {
  constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  return key.size() == 24 && key.ends_with("==") && key.substr(0, 22).find_first_not_of(kBase64) == key.npos;
}

inline boost::beast::websocket::permessage_deflate deflate_option() {
  boost::beast::websocket::permessage_deflate option;
  option.server_enable = true;
  return option;
}

inline boost::beast::websocket::permessage_deflate deflate_offer_option() {
  boost::beast::websocket::permessage_deflate option;
  option.client_enable = true;
  return option;
}

template <class Fields>
std::vector<Header> headers_of(const Fields& fields) {
  std::vector<Header> headers;
  for (const auto& field : fields) headers.push_back({std::string(field.name_string()), std::string(field.value())});
  return headers;
}

inline std::string http_text(const HttpAnswer& a, const std::vector<Header>& extra) {
  namespace http = boost::beast::http;
  std::string text = "HTTP/1.1 " + std::to_string(a.status) + ' ' +
                     std::string(http::obsolete_reason(static_cast<http::status>(a.status))) +
                     "\r\nContent-Type: " + a.content_type + "\r\nContent-Length: " + std::to_string(a.body.size()) +
                     "\r\nConnection: close\r\n";
  for (const Header& h : extra) text += h.name + ": " + h.value + "\r\n";
  return text + "\r\n" + a.body;
}

}  // namespace gw::websocket
