// Parses a request that is too large to be parsed while others wait, a piece at a time, with the result of
// parse_request. Owned by the session that sent it. [shard]
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "core/protocol/outline.hpp"
#include "core/protocol/request.hpp"

namespace gw::protocol {

class LargeRequest {
 public:
  // A frame up to this size is parsed in one go; of a larger one, about this many bytes of entries are one piece.
  static constexpr std::size_t kAtOnce = 4 * 1024;
  // Bytes in which one piece looks for entries, which takes as long as parsing kAtOnce bytes.
  static constexpr std::size_t kLookedAtAtOnce = 32 * 1024;

  // Copies the frame.
  LargeRequest(std::string_view frame, const RequestLimits& limits);
  ~LargeRequest();

  // Parses one more piece. True: the request is whole, and take() may be called.
  bool parse_some();
  Request take() { return std::move(request_); }
  std::size_t size() const { return frame_.size(); }

 private:
  struct Defaults;
  bool parse_head();
  bool parse_entry(std::string_view entry);
  bool is_json(std::string_view entries) const;
  bool fail(RequestError error);

  std::string frame_;
  RequestLimits limits_;
  OutlineScan scan_;
  Outline outline_;
  std::unique_ptr<Defaults> head_;  // the frame without its symbols
  std::size_t parsed_ = 0;          // of the entries
  Request request_;
};

}  // namespace gw::protocol
