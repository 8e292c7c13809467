// Prints a live book, as long as the gateway runs, and says why it was closed.
//   BROKER_GATEWAY_KEY=… ./client [PORT [SYMBOL EXCHANGE]]
#include <cstdlib>
#include <iostream>
#include <string>

#include <boost/asio/connect.hpp>
#include <boost/beast.hpp>
#include <nlohmann/json.hpp>

namespace asio = boost::asio;
namespace beast = boost::beast;
using nlohmann::json;

int main(int argc, char** argv) {
  const std::string port = argc > 1 ? argv[1] : "8765";
  const std::string symbol = argc > 3 ? argv[2] : "RELIANCE", exchange = argc > 3 ? argv[3] : "NSE";
  const char* key = std::getenv("BROKER_GATEWAY_KEY");
  asio::io_context context;
  beast::websocket::stream<asio::ip::tcp::socket> gateway(context);
  try {
    asio::connect(gateway.next_layer(), asio::ip::tcp::resolver(context).resolve("127.0.0.1", port));
    gateway.handshake("127.0.0.1:" + port, "/");
    const auto send = [&](const json& request) { gateway.write(asio::buffer(request.dump())); };
    send({{"action", "authenticate"}, {"api_key", key != nullptr ? key : ""}});
    send({{"action", "subscribe"}, {"symbol", symbol}, {"exchange", exchange}, {"mode", 4}, {"depth_level", 5}});
    for (beast::flat_buffer buffer;; buffer.clear()) {
      gateway.read(buffer);
      const json message = json::parse(beast::buffers_to_string(buffer.data()));
      std::cout << (message["type"] == "market_data" ? message["data"] : message) << std::endl;
    }
  } catch (const boost::system::system_error& error) {
    const auto& reason = gateway.reason();  // 4401: the key; 4000: too slow; 0: nobody said anything
    std::cout << "closed: " << reason.code << ' ' << reason.reason << " (" << error.code().message() << ")"
              << std::endl;
    return 1;
  }
}
