// What a command needs to be a client of the gateway: an API key, the gateway's URL and what is to be subscribed.
#pragma once

#include <functional>
#include <string>

#include "apps/gateway/environment.hpp"

namespace gw::app {

// The key of --key, else of BROKER_GATEWAY_KEY, else of state/local.key. The error says where to get one.
Result<std::string> find_key(const Options& options, const std::string& given);
// Tells the URL whenever asked: `given`, or where the running gateway listens at that moment, which may differ from
// what its file says, and after a new start from what it was. Nothing: the configuration is wrong, and was printed.
std::optional<std::function<std::string()>> url_finder(const Options& options, const std::string& given);

struct SymbolName {
  std::string symbol;
  std::string exchange;
};
Result<SymbolName> parse_instrument(const std::string& text);  // SYMBOL.EXCHANGE
Result<int> parse_mode(const std::string& text);               // ltp, quote or depth: the protocol's number

}  // namespace gw::app
