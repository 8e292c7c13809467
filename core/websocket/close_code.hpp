// The close code of RFC 6455 for a failed read. Included by endpoint.cpp only.
#pragma once

#include <boost/beast/core/error.hpp>
#include <boost/beast/websocket/error.hpp>

namespace gw::websocket {

inline int close_code_of(const boost::beast::error_code& ec) {
  using boost::beast::websocket::condition;
  using boost::beast::websocket::error;
  if (ec == error::buffer_overflow || ec == error::message_too_big) return 1009;
  if (ec == error::bad_frame_payload) return 1007;
  if (ec == condition::protocol_violation) return 1002;
  return 1006;
}

}  // namespace gw::websocket
