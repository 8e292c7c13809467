// The timers of a link that need Asio's full types: included by the files of BrokerLink only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {

struct BrokerLink::Loop {
  Loop(boost::asio::io_context& io, int bell) : bell_stream(io, bell), reconnect(io), idle(io), watch(io) {}
  ~Loop() { bell_stream.release(); }  // the descriptor is the doorbell's
  boost::asio::posix::stream_descriptor bell_stream;
  boost::asio::steady_timer reconnect;
  boost::asio::steady_timer idle;
  boost::asio::steady_timer watch;
};

}  // namespace gw::plugin_host
