// Makes HTTP requests while its owner goes on: one thread with libcurl, begun with the first request. Any thread may
// ask; answers come on this object's own thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/outgoing.hpp"

namespace gw::download {

struct HttpCall {
  std::string method = "GET";
  std::string url;                   // https://, or http:// to this machine
  std::vector<std::string> headers;  // "Name: value"
  std::string body;
  Outgoing outgoing{};
  std::int64_t timeout_ns = 10'000'000'000;  // of the whole call, redirects included
  std::size_t body_limit = 1UL << 20;        // of the answer, unpacked; a longer one is an error
  unsigned redirects = 0;  // followed by a GET, within the same host and scheme; then a redirect is an answer as others
};

struct HttpReply {
  int status = 0;  // 0: none was received, and `error` says why, with the host's name and without query or headers
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string error;
};

class HttpClient {
 public:
  HttpClient();
  // Calls that are under way end without an answer.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Begins a call and returns its number. `on_reply` runs once on this object's thread, unless the call is cancelled
  // first. [any]
  std::uint64_t begin(HttpCall call, std::function<void(HttpReply reply)> on_reply);
  // From here on there is no answer to the call, or it runs right now. [any]
  void cancel(std::uint64_t id);

 private:
  class Worker;
  std::unique_ptr<Worker> worker_;
};

}  // namespace gw::download
