// SPDX-License-Identifier: Apache-2.0
// bgw/login.hpp - bgw.login/1 in C++: opens the day's session at the broker. Write a class with static members and hand
// bgw::login_extension<YourLogin>() over from get_extension:
//
//   struct AcmeLogin {
//     static constexpr const char* needs[] = {"api_key", "api_secret", nullptr};
//     static constexpr const char* stores[] = {"access_token", nullptr};
//     static constexpr std::int64_t interval_ns = 0;             // the least time from one run to the next
//     static std::string page(const bgw::LoginHost& host);       // only where a person logs in at a page
//     static void run(const bgw::LoginHost& host, std::string_view answer);
//   };
//
// Throw bgw::Error to report a failure: see bgw_login.run for what each code means.
#pragma once

#include "bgw/adapter.hpp"

namespace bgw {

// What the gateway offers to one login. Only inside page and run. [login]
class LoginHost {
 public:
  explicit LoginHost(const bgw_login_host& host) : host_(&host) {}

  std::int64_t now_ns() const { return host_->now_ns(host_->context); }

  // The setting's text; nothing when it is not set. A missing secret throws BGW_E_AUTH.
  std::optional<std::string> setting(const char* key) const { return detail::read_setting(*host_, key); }
  // A setting without which there is no login: throws BGW_E_AUTH where it is not set.
  std::string needed(const char* key) const {
    auto value = setting(key);
    if (!value || value->empty()) throw Error(BGW_E_AUTH, std::string(key) + " is missing");
    return *std::move(value);
  }

  // The 20, 32 or 64 bytes of BGW_DIGEST_*.
  std::string digest(std::uint32_t algorithm, std::string_view data) const {
    std::array<std::uint8_t, 64> out{};
    bgw_error error{};
    check(host_->digest(host_->context, algorithm, data.data(), data.size(), out.data(), &error), error, "digest");
    return bytes_of(algorithm, out);
  }
  std::string hmac(std::uint32_t algorithm, std::string_view key, std::string_view data) const {
    std::array<std::uint8_t, 64> out{};
    bgw_error error{};
    check(host_->hmac(host_->context, algorithm, key.data(), key.size(), data.data(), data.size(), out.data(), &error),
          error, "hmac");
    return bytes_of(algorithm, out);
  }

  // Waits for the answer, whatever its status; it stays until the next call. Throws where there is none.
  HttpResponse http(const HttpRequest& wanted) const {
    std::vector<bgw_header> list;
    for (const auto& [name, value] : wanted.headers) list.push_back({name.c_str(), value.c_str()});
    const bgw_http_request request{sizeof request,
                                   static_cast<std::uint32_t>(list.size()),
                                   wanted.method.c_str(),
                                   wanted.url.c_str(),
                                   list.data(),
                                   wanted.body.data(),
                                   wanted.body.size(),
                                   wanted.timeout_ns,
                                   wanted.max_response,
                                   wanted.max_redirects,
                                   0};
    const bgw_http_response* r = nullptr;
    bgw_error error{};
    check(host_->http(host_->context, &request, &r, &error), error, "");
    return {r->status, {r->body, r->length}, {}, {r->headers, r->header_count}};
  }

  // The new value of one of the settings in `stores`.
  void store(const char* key, const std::string& value) const {
    bgw_error error{};
    check(host_->store(host_->context, key, value.c_str(), &error), error, "store");
  }
  void log(std::int32_t level, std::string_view text) const {
    host_->log(host_->context, level, text.data(), text.size());
  }

 private:
  static std::string bytes_of(std::uint32_t algorithm, const std::array<std::uint8_t, 64>& out) {
    const std::size_t size = algorithm == BGW_DIGEST_SHA1 ? 20 : algorithm == BGW_DIGEST_SHA256 ? 32 : 64;
    return {reinterpret_cast<const char*>(out.data()), size};
  }
  static void check(bgw_status status, const bgw_error& error, const char* what) {
    if (status == BGW_OK) return;
    const char* why = error.message[0] != '\0' ? error.message : "was refused by the gateway";
    throw Error(status, *what == '\0' ? why : std::string(what) + ": " + why);
  }

  const bgw_login_host* host_;
};

// Lower-case hexadecimal digits.
inline std::string hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const char c : bytes) {
    text += kDigits[static_cast<unsigned char>(c) >> 4];
    text += kDigits[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

// `text` for a query or a form: everything but letters, digits and "-._~" becomes %XX.
inline std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string out;
  for (const char c : text) {
    if (kPlain.find(c) != kPlain.npos)
      out += c;
    else
      (out += '%') += hex({&c, 1});
  }
  return out;
}

// One value of the answer that a page led to: an address ("https://…?a=b&c=d#part"), its query, or a query without
// "?". %XX and + are decoded. Nothing: the answer has no such key.
inline std::optional<std::string> value_in_answer(std::string_view answer, std::string_view key) {
  answer = answer.substr(0, answer.find('#'));
  if (const std::size_t query = answer.find('?'); query != answer.npos) answer.remove_prefix(query + 1);
  const auto digit = [](char c) {
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
  };
  while (!answer.empty()) {
    const std::string_view pair = answer.substr(0, answer.find('&'));
    answer.remove_prefix(std::min(pair.size() + 1, answer.size()));
    if (!pair.starts_with(key) || pair.size() <= key.size() || pair[key.size()] != '=') continue;
    std::string value;
    const std::string_view text = pair.substr(key.size() + 1);
    for (std::size_t i = 0; i < text.size(); ++i) {
      const bool is_coded = text[i] == '%' && i + 2 < text.size() && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0;
      value += is_coded         ? static_cast<char>(digit(text[i + 1]) * 16 + digit(text[i + 2]))
               : text[i] == '+' ? ' '
                                : text[i];
      if (is_coded) i += 2;
    }
    return value;
  }
  return std::nullopt;
}

// Whether the answer is a bare token, as a person may paste it, and no address or query.
inline bool is_bare_token(std::string_view answer) {
  return !answer.empty() && answer.find_first_of("=?&/# ") == answer.npos;
}

namespace detail {

template <class Login>
struct LoginThunks {
  static bgw_status page(const bgw_login_host* host, char* url, std::size_t capacity, bgw_error* error) noexcept {
    return guard(error, "page", [&] {
      if constexpr (requires { Login::page(LoginHost(*host)); }) {
        const std::string made = Login::page(LoginHost(*host));
        if (made.size() >= capacity) throw Error(BGW_E_TOO_SMALL, "the address of the page is too long");
        std::memcpy(url, made.c_str(), made.size() + 1);
      }
    });
  }
  static bgw_status run(const bgw_login_host* host, const char* answer, bgw_error* error) noexcept {
    return guard(error, "run", [&] { Login::run(LoginHost(*host), answer); });
  }
};

}  // namespace detail

// What get_extension answers for BGW_EXTENSION_LOGIN.
template <class Login>
const bgw_login* login_extension() {
  constexpr bool kHasPage = requires(const LoginHost& host) { Login::page(host); };
  static constexpr bgw_login kTable = {sizeof(bgw_login),
                                       kHasPage ? std::uint32_t{BGW_LOGIN_BY_PAGE} : 0U,
                                       Login::needs,
                                       Login::stores,
                                       Login::interval_ns,
                                       kHasPage ? detail::LoginThunks<Login>::page : nullptr,
                                       detail::LoginThunks<Login>::run};
  return &kTable;
}

}  // namespace bgw
