// The stream that needs Asio's full types: included by the files of BrokerLink only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/plugin_host/broker_link.hpp"

namespace gw::plugin_host {

struct BrokerLink::Bell {
  Bell(boost::asio::io_context& io, int descriptor) : stream(io, descriptor) {}
  ~Bell() { stream.release(); }  // the descriptor is the doorbell's
  boost::asio::posix::stream_descriptor stream;
};

}  // namespace gw::plugin_host
