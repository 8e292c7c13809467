// Whatever a broker's process sends to the gateway, and what it would be sent: messages are read to their end and no
// further.
#include <cstdint>
#include <string_view>

#include "core/feed_process/message_socket.hpp"
#include "core/feed_process/messages.hpp"
#include "core/feed_process/questions.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gw::feed_process;
  const std::string_view message(reinterpret_cast<const char*>(data), size);
  gw::plugin_host::LinkOptions options;
  options.market_open = [](std::string_view exchange, gw::InstrumentKind, std::int64_t) { return exchange.empty(); };
  options.has_hours = [](std::string_view exchange) { return exchange.empty(); };
  options.is_expected = [](std::string_view symbol, std::string_view exchange, std::int64_t) {
    return symbol == exchange;
  };
  options.trading_session_seen = [](std::string_view, std::string_view, std::int64_t, bool) {};
  options.list_announced = [](std::string_view) {};
  answer(MessageSocket(), message, options);
  for (const auto read : {+[](Unpacker& from) { static_cast<void>(unpack_prepared(from)); },
                          +[](Unpacker& from) { static_cast<void>(take_report(from)); },
                          +[](Unpacker& from) { static_cast<void>(unpack_setup(from)); },
                          +[](Unpacker& from) { static_cast<void>(take_settings(from)); }}) {
    Unpacker from(message);
    read(from);
  }
  return 0;
}
