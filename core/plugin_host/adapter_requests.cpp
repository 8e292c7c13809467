#include "core/plugin_host/adapter_requests.hpp"

#include <map>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/base/log.hpp"
#include "core/base/url.hpp"
#include "core/plugin_host/plugin_http.hpp"

namespace gw::plugin_host {
struct AdapterRequests::UnderWay {
  std::map<std::uint32_t, std::uint64_t> calls;  // by the adapter's number: the client's
};

AdapterRequests::AdapterRequests(LinkContext& link,
                                 std::function<void(std::uint32_t id, const bgw_http_response&)> on_reply)
    : link_(link), on_reply_(std::move(on_reply)), under_way_(std::make_shared<UnderWay>()) {}

bool AdapterRequests::any() const { return !under_way_->calls.empty(); }

bgw_status AdapterRequests::begin(const bgw_http_request& request, std::uint32_t& id, std::string& why) {
  auto call = http_call_of(request, link_.options.outgoing);
  if (!call) why = call.error().message;
  if (!call) return BGW_E_INVALID;
  if (under_way_->calls.size() >= kMaxRequests) {
    why = "found " + std::to_string(kMaxRequests) + " requests under way, expected fewer";
    return BGW_E_RATE;
  }
  id = ++last_id_;
  log::debug("broker", link_.options.name + ": request " + std::to_string(id) + ": " + request.method + ' ' +
                           without_secrets(request.url));
  // The answer comes on the client's thread, which ends before the link does.
  under_way_->calls[id] = link_.http.begin(std::move(*call), [this, number = id, life = std::weak_ptr(under_way_),
                                                              &io = link_.io](download::HttpReply reply) {
    boost::asio::post(io, [this, number, life, reply = std::move(reply)] {
      const auto here = life.lock();
      if (here != nullptr && here->calls.erase(number) != 0) answer(number, reply);
    });
  });
  return BGW_OK;
}

void AdapterRequests::answer(std::uint32_t id, const download::HttpReply& reply) {
  const HttpResponseView view(reply);
  const bgw_http_response& got = view.response();
  log::debug("broker", link_.options.name + ": request " + std::to_string(id) + ": " +
                           (got.status != 0
                                ? "status " + std::to_string(got.status) + ", " + std::to_string(got.length) + " bytes"
                                : got.error));
  on_reply_(id, view.response());
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
