#include "tools/broker_sim/http_text.hpp"

#include <algorithm>
#include <charconv>

#include "tools/broker_sim/hex.hpp"

namespace sim {
namespace {

using gw::websocket::Header;
using gw::websocket::HttpRequest;

constexpr std::size_t kPromised = 1000;  // bytes of a body that never come

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = text[i] == '%' && i + 2 < text.size() ? hex_byte(text[i + 1], text[i + 2]) : -1;
    if (byte >= 0) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

const char* reason_of(int status) {
  constexpr struct {
    int status;
    const char* reason;
  } kReasons[] = {{200, "OK"},           {301, "Moved Permanently"},   {302, "Found"},
                  {304, "Not Modified"}, {307, "Temporary Redirect"},  {308, "Permanent Redirect"},
                  {400, "Bad Request"},  {401, "Unauthorized"},        {403, "Forbidden"},
                  {404, "Not Found"},    {429, "Too Many Requests"},   {500, "Internal Server Error"},
                  {502, "Bad Gateway"},  {503, "Service Unavailable"}, {504, "Gateway Timeout"}};
  for (const auto& known : kReasons)
    if (known.status == status) return known.reason;
  return "Unknown";
}

std::string chunk(std::string_view bytes) {
  char size[16];
  const auto end = std::to_chars(size, size + sizeof size, bytes.size(), 16).ptr;
  return std::string(size, end) + "\r\n" + std::string(bytes) + "\r\n";
}

std::string http_text(int status, const std::vector<Header>& headers, std::string_view body, Unfinished unfinished) {
  const bool in_chunks = unfinished == Unfinished::chunked || unfinished == Unfinished::endless;
  const bool promises = unfinished == Unfinished::nothing || unfinished == Unfinished::body;
  std::string text = "HTTP/1.1 " + std::to_string(status) + ' ' + reason_of(status) + "\r\n";
  for (const Header& header : headers) text += header.name + ": " + header.value + "\r\n";
  text += in_chunks ? std::string("Transfer-Encoding: chunked")
                    : "Content-Length: " + std::to_string(body.size() + (promises ? kPromised : 0));
  text += "\r\nConnection: close\r\n\r\n";
  if (in_chunks && !body.empty()) text += chunk(body);
  if (!in_chunks && unfinished != Unfinished::nothing) text += body;
  return text;
}

int status_in(std::string_view answer) {
  const std::size_t at = answer.find(' ');
  int status = 0;
  if (answer.starts_with("HTTP/") && at != std::string_view::npos)
    std::from_chars(answer.data() + at + 1, answer.data() + answer.size(), status);
  return status;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string header_value(const HttpRequest& request, std::string_view name) {
  for (const Header& header : request.headers)
    if (same_name(header.name, name)) return header.value;
  return {};
}

std::string query_value(std::string_view target, std::string_view key) {
  std::size_t at = target.find('?');
  while (at != std::string_view::npos) {
    const std::size_t end = target.find('&', at + 1);
    const std::string_view pair = target.substr(at + 1, end == std::string_view::npos ? end : end - at - 1);
    if (pair.starts_with(key) && pair.size() > key.size() && pair[key.size()] == '=')
      return decoded(pair.substr(key.size() + 1));
    at = end;
  }
  return {};
}

}  // namespace sim
