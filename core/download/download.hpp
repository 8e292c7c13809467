// Downloads one file from a web server, whole or not at all. Any thread; blocks until it is done.
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
  std::vector<std::string> headers;  // "Name: value"; sent to the host of `url` only
  std::string file;                  // replaced at the end; until then the bytes are in FILE.part
  // What the server said of the file when it was last fetched: it is downloaded only if it has changed. Empty: unknown.
  std::string etag;
  std::string last_modified;
  // Called several times a second; a total of 0 means unknown. False ends the download.
  std::function<bool(std::uint64_t received, std::uint64_t total)> progress;
  // Says what another answer than 200 means, for an operator; empty: nothing is known. Unset: only the status is shown.
  std::function<std::string(int status, const std::string& body)> judge;
  std::uint64_t size_limit = 512ULL << 20;  // in bytes, of the unpacked file
  std::chrono::seconds connect_timeout{15};
  std::chrono::seconds stall_timeout{30};  // of under 16 bytes a second
  Outgoing outgoing{};
};

struct Downloaded {
  bool not_modified = false;  // the file was not written
  std::string etag;           // empty: the server gave none
  std::string last_modified;
};

// The error names the host and what went wrong, never the query or a header.
Result<Downloaded> download(const Request& request);

}  // namespace gw::download
