// Asio's names without Asio's headers, for headers that others include.
#pragma once

#include <boost/asio/ts/netfwd.hpp>

namespace gw {

using TcpSocket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::any_io_executor>;

}  // namespace gw
