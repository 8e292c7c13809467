#include "bybit_refusals.hpp"

#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

#include "bgw/refusal.hpp"

namespace bybit {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::int64_t kTenMinutes = 10 * kMinute;

bool is_of_country(std::string_view body) { return bgw::has_words(body, "block access from your country"); }
bool is_too_often(std::string_view body) { return bgw::has_words(body, "access too frequent"); }

// "retMsg" of Bybit's own answers; empty: the body is something else.
std::string words_of_bybit(std::string_view body) {
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object()) return {};
  const auto message = answer.find("retMsg");
  return message == answer.end() || !message->is_string() ? std::string() : message->get<std::string>();
}

std::string country_text(std::int32_t status, const char* setting, const char* example) {
  return "Bybit does not serve the country of this machine's address (HTTP " + std::to_string(status) +
         "); where Bybit has a host of its own for your country, put it into the setting " + setting + ", like " +
         example;
}

bgw::Error list_refusal(std::int32_t status, std::string_view body) {
  if (status == 403 && is_of_country(body))
    return {BGW_E_FATAL, country_text(status, "api_url", "https://api.bybit.kz")};
  const bgw::Close close{1006, status, "", {}, body};
  const std::string said = bgw::status_and_words(close, words_of_bybit(body));
  if (status == 429 || (status == 403 && is_too_often(body)))
    return {BGW_E_RATE, "Bybit has had too many requests of this address (" + said + ")", kTenMinutes};
  return {status >= 500 ? BGW_E_TRANSIENT : BGW_E_REFUSED, "Bybit did not give its instrument list (" + said + ")"};
}

}  // namespace

bgw::Error refusal_of(const bgw::Close& close, const std::string& category, std::int64_t now_ns) {
  const std::int32_t status = close.http_status;
  if (status == 0)
    return {BGW_E_TRANSIENT, "the " + category + " socket ended" +
                                 (close.reason.empty() ? std::string() : ": " + std::string(close.reason))};
  if (status == 403 && is_of_country(close.body))
    return {BGW_E_FATAL, country_text(status, "url", "wss://stream.bybit.kz/v5/public")};
  const std::string said = bgw::status_and_words(close, words_of_bybit(close.body));
  if (status == 429 || (status == 403 && is_too_often(close.body)))
    return {BGW_E_RATE, "Bybit has had too many connections of this address (" + said + ")",
            bgw::retry_after_ns(close, status == 429 ? kMinute : kTenMinutes, now_ns)};
  if (status >= 500) return bgw::server_error(close, "Bybit", now_ns, words_of_bybit(close.body));
  if (const std::string host = bgw::redirect_host(close); !host.empty())
    return {BGW_E_REFUSED, "Bybit redirects the " + category + " socket to " + host + " (HTTP " +
                               std::to_string(status) + "), which is not followed: put it into the setting url"};
  return {BGW_E_REFUSED, "Bybit refused the " + category + " socket (" + said + ")"};
}

bgw_status judge_list(std::int32_t http_status, const char* body, std::size_t length, bgw_error* error) {
  return bgw::detail::guard(error, "judge", [&]() -> bgw_status { throw list_refusal(http_status, {body, length}); });
}

}  // namespace bybit
