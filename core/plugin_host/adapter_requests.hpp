// The HTTP requests that an adapter has under way: bgw.http/1. Thread: feed.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "bgw/abi.h"
#include "core/download/http_client.hpp"
#include "core/plugin_host/link_context.hpp"

namespace gw::plugin_host {

class AdapterRequests {
 public:
  static constexpr std::size_t kMaxRequests = 8;

  // `on_reply` is called once for each request that is not cancelled.
  AdapterRequests(LinkContext& link, std::function<void(std::uint32_t id, const bgw_http_response&)> on_reply);
  ~AdapterRequests() { cancel_all(); }
  AdapterRequests(const AdapterRequests&) = delete;
  AdapterRequests& operator=(const AdapterRequests&) = delete;

  // `id` is set when it returns BGW_OK; else `why` is.
  bgw_status begin(const bgw_http_request& request, std::uint32_t& id, std::string& why);
  bool cancel(std::uint32_t id);  // false: no such request is under way
  void cancel_all();
  bool any() const;

 private:
  struct UnderWay;
  void answer(std::uint32_t id, const download::HttpReply& reply);

  LinkContext& link_;
  std::function<void(std::uint32_t id, const bgw_http_response&)> on_reply_;
  std::shared_ptr<UnderWay> under_way_;  // an answer that comes later finds it gone
  std::uint32_t last_id_ = 0;
};

}  // namespace gw::plugin_host
