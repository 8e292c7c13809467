#include "apps/gateway/web_address.hpp"

#include <algorithm>
#include <string_view>

namespace gw::app {
namespace {

using Settings = std::vector<plugin_host::AdapterSetting>;

// `text` with each {NAME} replaced by that setting's value; the error is the first name that has no value.
Result<std::string> filled(std::string_view text, const Settings& settings) {
  constexpr const char* kName = "abcdefghijklmnopqrstuvwxyz0123456789_";
  std::string out;
  while (!text.empty()) {
    const std::size_t open = text.find('{');
    const std::size_t end = open == text.npos ? text.npos : text.find_first_not_of(kName, open + 1);
    out += text.substr(0, open);
    if (open == text.npos) break;
    const bool is_place = end != text.npos && text[end] == '}' && end > open + 1;
    if (is_place) {
      const std::string_view name = text.substr(open + 1, end - open - 1);
      const auto found = std::find_if(settings.begin(), settings.end(),
                                      [&](const plugin_host::AdapterSetting& s) { return s.key == name; });
      if (found == settings.end() || found->is_missing) return Error{std::string(name)};
      out += found->text;
    } else {
      out += '{';
    }
    text.remove_prefix(is_place ? end + 1 : open + 1);
  }
  return out;
}

// `what` is at the URL; errors name it.
Result<WebAddress> filled(const char* url_template, const char* headers_template, const char* what,
                          const Settings& settings) {
  WebAddress address;
  auto url = filled(url_template, settings);
  if (!url)
    return Error{"setting " + url.error().message + ": found nothing, expected a value: the URL of " + what +
                 " needs it"};
  address.url = std::move(*url);
  std::string_view lines = headers_template == nullptr ? "" : headers_template;
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size());
    if (auto line = filled(lines.substr(0, end), settings); line && !line->empty())
      address.headers.push_back(std::move(*line));
    lines.remove_prefix(std::min(end + 1, lines.size()));
  }
  return address;
}

}  // namespace

Result<WebAddress> web_address(const bgw_instruments& extension, const Settings& settings) {
  return filled(extension.url, extension.headers, "the instrument list", settings);
}

Result<WebAddress> web_address(const bgw_credentials& extension, const Settings& settings) {
  return filled(extension.url, extension.headers, "the account", settings);
}

Result<std::string> page_address(const std::string& url_template, const Settings& settings) {
  auto address = filled(url_template.c_str(), nullptr, "the instrument list", settings);
  if (!address) return address.error();
  return std::move(address->url);
}

}  // namespace gw::app
