#include "core/plugin_host/adapter_requests.hpp"

#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/url.hpp"

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
  if (r.header_count != 0 && r.headers == nullptr) return "headers: found nothing, expected some";
  for (std::uint32_t i = 0; i < r.header_count; ++i)
    if (r.headers[i].name == nullptr || r.headers[i].value == nullptr)
      return "found a header without a name or value, expected both";
  if (r.body_length > kLongestBody)
    return "body: found " + std::to_string(r.body_length) + " bytes, expected at most 1 MiB";
  if (r.body_length != 0 && r.body == nullptr) return "body: found nothing, expected some";
  if (r.timeout_ns < 0 || r.timeout_ns > kLongestTimeout) return "timeout_ns: expected at most 60 s";
  if (r.max_response > kLongestAnswer) return "max_response: expected at most 64 MiB";
  return {};
}

}  // namespace

struct AdapterRequests::UnderWay {
  std::map<std::uint32_t, std::uint64_t> calls;  // by the adapter's number: the client's
};

AdapterRequests::AdapterRequests(LinkContext& link,
                                 std::function<void(std::uint32_t id, const bgw_http_response&)> on_reply)
    : link_(link), on_reply_(std::move(on_reply)), under_way_(std::make_shared<UnderWay>()) {}

bool AdapterRequests::any() const { return !under_way_->calls.empty(); }

bgw_status AdapterRequests::begin(const bgw_http_request& request, std::uint32_t& id, std::string& why) {
  why = problem_of(request);
  if (!why.empty()) return BGW_E_INVALID;
  if (under_way_->calls.size() >= kMaxRequests) {
    why = "found " + std::to_string(kMaxRequests) + " requests under way, expected fewer";
    return BGW_E_RATE;
  }
  download::HttpCall call;
  call.method = request.method;
  call.url = request.url;
  for (std::uint32_t i = 0; i < request.header_count; ++i)
    call.headers.push_back(std::string(request.headers[i].name) + ": " + request.headers[i].value);
  if (request.body_length != 0) call.body.assign(static_cast<const char*>(request.body), request.body_length);
  call.outgoing = link_.options.outgoing;
  call.timeout_ns = request.timeout_ns == 0 ? kUsualTimeout : request.timeout_ns;
  call.body_limit = request.max_response == 0 ? kUsualAnswer : request.max_response;
  call.redirects = request.max_redirects;
  id = ++last_id_;
  // The answer comes on the client's thread, which ends before the link does.
  under_way_->calls[id] = link_.http.begin(std::move(call), [this, number = id, life = std::weak_ptr(under_way_),
                                                             &io = link_.io](download::HttpReply reply) {
    boost::asio::post(io, [this, number, life, reply = std::move(reply)] {
      const auto here = life.lock();
      if (here != nullptr && here->calls.erase(number) != 0) answer(number, reply);
    });
  });
  return BGW_OK;
}

void AdapterRequests::answer(std::uint32_t id, const download::HttpReply& reply) {
  std::vector<bgw_header> headers;
  for (const auto& [name, value] : reply.headers) headers.push_back({name.c_str(), value.c_str()});
  const bgw_http_response response{sizeof response,
                                   reply.status,
                                   static_cast<std::uint32_t>(headers.size()),
                                   0,
                                   headers.empty() ? nullptr : headers.data(),
                                   reply.body.c_str(),
                                   reply.body.size(),
                                   reply.error.c_str()};
  on_reply_(id, response);
}

bool AdapterRequests::cancel(std::uint32_t id) {
  const auto found = under_way_->calls.find(id);
  if (found == under_way_->calls.end()) return false;
  link_.http.cancel(found->second);
  under_way_->calls.erase(found);
  return true;
}

void AdapterRequests::cancel_all() {
  for (const auto& [id, call] : under_way_->calls) link_.http.cancel(call);
  under_way_->calls.clear();
}

}  // namespace gw::plugin_host
