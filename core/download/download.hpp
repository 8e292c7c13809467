// One file from a web server, whole or not at all. Any thread; blocks until it is done.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/outgoing.hpp"
#include "core/base/result.hpp"

namespace gw::download {

struct Request {
  std::string url;                   // https://, or http:// to this machine
  std::vector<std::string> headers;  // "Name: value"; for the host of `url` only
  std::string file;                  // replaced at the end; meanwhile there is FILE.part
  // Of the file as it was fetched last, to fetch it only if it has changed; empty: unknown.
  std::string etag;
  std::string last_modified;
  // Several times a second; a total of 0 is unknown. False ends the download.
  std::function<bool(std::uint64_t received, std::uint64_t total)> progress;
  std::uint64_t size_limit = 512ULL << 20;  // of the file, unpacked
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds stall_timeout{30};  // of next to nothing coming
  Outgoing outgoing{};
};

struct Downloaded {
  bool not_modified = false;  // the file was not written
  std::string etag;           // empty: the server says none
  std::string last_modified;
};

// Errors name the host and what went wrong, never the query or a header.
Result<Downloaded> download(const Request& request);

}  // namespace gw::download
