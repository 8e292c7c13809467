// Fetches a small answer of a web server into memory, whatever its status. Any thread; blocks until it is done.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "core/base/outgoing.hpp"
#include "core/base/result.hpp"

namespace gw::download {

struct Fetch {
  std::string url;                   // https://, or http:// to this machine
  std::vector<std::string> headers;  // "Name: value"
  Outgoing outgoing{};
  // Called at least once a second. False ends the request.
  std::function<bool()> is_wanted;
  std::size_t body_limit = 64UL << 10;
  std::chrono::seconds timeout{10};  // for the whole request
};

struct Fetched {
  int status = 0;
  std::string body;  // unpacked, cut at body_limit
};

// A redirect is an answer like others: it is not followed. The error names the host and what went wrong, never the
// query or a header.
Result<Fetched> fetch(const Fetch& request);

}  // namespace gw::download
