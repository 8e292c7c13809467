// HTTP requests as plugins ask for them (bgw.http/1 and logins), and answers as plugins read them. Any thread.
#pragma once

#include <vector>

#include "bgw/abi.h"
#include "core/base/outgoing.hpp"
#include "core/base/result.hpp"
#include "core/download/http_client.hpp"

namespace gw::plugin_host {

// The error says what is wrong with the request.
Result<download::HttpCall> http_call_of(const bgw_http_request& request, const Outgoing& outgoing);

// A reply as the contract's record, which refers to the reply and lives as long as this.
class HttpResponseView {
 public:
  explicit HttpResponseView(const download::HttpReply& reply);
  const bgw_http_response& response() const { return response_; }

 private:
  std::vector<bgw_header> headers_;
  bgw_http_response response_;
};

}  // namespace gw::plugin_host
