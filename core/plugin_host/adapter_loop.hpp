// The timer of one connection that needs Asio's full types: included by the two files of AdapterInstance only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/plugin_host/adapter_instance.hpp"

namespace gw::plugin_host {

struct AdapterInstance::Loop {
  explicit Loop(boost::asio::io_context& io) : pace(io) {}
  boost::asio::steady_timer pace;
};

}  // namespace gw::plugin_host
