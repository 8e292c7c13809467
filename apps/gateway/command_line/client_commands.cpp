// The words of the commands that are clients of the public protocol.
#include "apps/gateway/command_line/command_line.hpp"

namespace gw::app {

namespace {

// What the commands that are clients of the public protocol take.
template <class Request>
void add_client_options(CLI::App& command, Request& request) {
  command.add_option("--mode", request.mode, "ltp, quote or depth")->capture_default_str();
  command.add_option("--depth", request.depth, "levels: 5, 20, 30 or 50")->capture_default_str();
  command.add_option("--url", request.url,
                     "the gateway's URL (default: where the gateway of this configuration listens)");
  command.add_option("--key", request.key, "API key (default: BROKER_GATEWAY_KEY, else state/local.key)");
}

}  // namespace

void add_client_commands(CLI::App& app, CommandLine& c) {
  CLI::App* watching = add_command(app, "watch", "shows one instrument live; q ends it", c.options, true);
  watching->add_option("INSTRUMENT", c.watch.instrument, "SYMBOL.EXCHANGE")->required();
  add_client_options(*watching, c.watch);
  watching->callback([&c] { c.action = [&c] { return watch(c.options, c.watch); }; });
  CLI::App* tailing = add_command(app, "tail", "prints updates, one line each", c.options, true);
  tailing->add_option("INSTRUMENT", c.tail.instruments, "SYMBOL.EXCHANGE, one or more")->required();
  add_client_options(*tailing, c.tail);
  tailing->add_option("--count", c.tail.count, "ends after this many updates (default: never)")
      ->check(CLI::PositiveNumber);
  tailing->callback([&c] { c.action = [&c] { return tail(c.options, c.tail); }; });
}

}  // namespace gw::app
