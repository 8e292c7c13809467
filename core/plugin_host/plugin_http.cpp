#include "core/plugin_host/plugin_http.hpp"

#include <string>
#include <string_view>

#include "core/base/url.hpp"
#include "core/plugin_host/header_check.hpp"

namespace gw::plugin_host {
namespace {

constexpr std::int64_t kUsualTimeout = 10'000'000'000;
constexpr std::int64_t kLongestTimeout = 60'000'000'000;
constexpr std::uint64_t kUsualAnswer = 1U << 20;
constexpr std::uint64_t kLongestAnswer = 64U << 20;
constexpr std::size_t kLongestBody = 1U << 20;

// What is wrong with the request; empty: nothing.
std::string problem_of(const bgw_http_request& r) {
  constexpr std::uint32_t kFirstSize = 72;  // in the first contract
  if (r.size < kFirstSize)
    return "size: found " + std::to_string(r.size) + ", expected at least " + std::to_string(kFirstSize);
  if (r.url == nullptr || r.method == nullptr) return "found no address or no method, expected both";
  const std::string_view method = r.method;
  if (method != "GET" && method != "POST" && method != "PUT" && method != "DELETE")
    return "method: found '" + std::string(method.substr(0, 20)) + "', expected GET, POST, PUT or DELETE";
  if (const auto allowed = check_url(r.url, "http"); !allowed) return allowed.error().message;
  if (std::string why = problem_of_headers(r.headers, r.header_count); !why.empty()) return why;
  if (r.body_length > kLongestBody)
    return "body: found " + std::to_string(r.body_length) + " bytes, expected at most 1 MiB";
  if (r.body_length != 0 && r.body == nullptr) return "body: found nothing, expected some";
  if (r.timeout_ns < 0 || r.timeout_ns > kLongestTimeout) return "timeout_ns: expected at most 60 s";
  if (r.max_response > kLongestAnswer) return "max_response: expected at most 64 MiB";
  return {};
}

}  // namespace

Result<download::HttpCall> http_call_of(const bgw_http_request& request, const Outgoing& outgoing) {
  if (std::string why = problem_of(request); !why.empty()) return Error{std::move(why)};
  download::HttpCall call;
  call.method = request.method;
  call.url = request.url;
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    call.headers.push_back(std::string(request.headers[i].name) + ": " + request.headers[i].value);
  if (request.body_length != 0) call.body.assign(static_cast<const char*>(request.body), request.body_length);
  call.outgoing = outgoing;
  call.timeout_ns = request.timeout_ns == 0 ? kUsualTimeout : request.timeout_ns;
  call.body_limit = request.max_response == 0 ? kUsualAnswer : request.max_response;
  call.redirects = request.max_redirects;
  return call;
}

HttpResponseView::HttpResponseView(const download::HttpReply& reply) {
  for (const auto& [name, value] : reply.headers) headers_.push_back({name.c_str(), value.c_str()});
  response_ = {sizeof response_,
               reply.status,
               static_cast<std::uint32_t>(headers_.size()),
               0,
               headers_.empty() ? nullptr : headers_.data(),
               reply.body.c_str(),
               reply.body.size(),
               reply.error.c_str()};
}

}  // namespace gw::plugin_host
