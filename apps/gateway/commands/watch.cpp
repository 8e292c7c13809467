// Shows one instrument live, as a client of the public protocol: on a terminal a screen that is drawn anew, elsewhere
// each update as text or JSON.
#include <cstdio>
#include <exception>
#include <optional>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <nlohmann/json.hpp>

#include "apps/gateway/commands/client_access.hpp"
#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/feed_client.hpp"
#include "apps/gateway/commands/ladder.hpp"
#include "apps/gateway/watch/live_watch.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

// Prints what a pipe or a file gets.
void print_message(const Json& message, std::string_view text, bool json) {
  const std::string type = message.value("type", "");
  if (type == "authentication" && message.value("simulated", false))
    std::fprintf(stderr, "broker %s: simulated prices, none of them is real\n", message.value("broker", "").c_str());
  if (type == "subscription" && message.value("is_fallback", false))
    std::fprintf(stderr, "%s\n", message.value("message", "").c_str());
  if (type == "broker_status" && !json)
    std::fprintf(stderr, "broker %s: %s\n", message.value("broker", "").c_str(), message.value("status", "").c_str());
  if (type != "market_data") return;
  const std::string out = json ? std::string(text) + '\n' : draw(message);
  std::fwrite(out.data(), 1, out.size(), stdout);
  std::fflush(stdout);
}

int watch_in_pipe(FeedClient::Settings settings, bool json) {
  boost::asio::io_context io(1);
  std::string failure;
  FeedClient client(io, std::move(settings),
                    {[json](const Json& message, std::string_view text) { print_message(message, text, json); },
                     [](const Json&) { return true; }, [](const std::string&) {}, tell_of_silence, tell_of_answer,
                     [&](const std::string& why) {
                       failure = why;
                       io.stop();
                     }});
  boost::asio::signal_set ending(io, SIGINT, SIGTERM);
  ending.async_wait([&client](const boost::system::error_code& ec, int) {
    if (!ec) client.end();
  });
  io.run();
  return failure.empty() ? kDone : fail(failure);
}

// An error after the broker's word was good does not end the watch: the next broker may have the instrument.
bool ends_watch(const Json& error) { return error.value("code", "") != "SUBSCRIPTION_ERROR"; }

int watch_on_terminal(FeedClient::Settings settings, const Watched& watched) {
  boost::asio::io_context io(1);
  std::string failure;
  try {
    std::optional<FeedClient> client;
    LiveWatch screen(io, watched, [&] {
      if (client) client->end();
    });
    client.emplace(io, std::move(settings),
                   FeedClient::Calls{[&](const Json& message, std::string_view) { screen.apply(message); }, ends_watch,
                                     [&](const std::string& why) { screen.lost(why); },
                                     [&](int seconds) { screen.silent(seconds); }, [&] { screen.answers(); },
                                     [&](const std::string& why) {
                                       failure = why;
                                       screen.stop();
                                       io.stop();
                                     }});
    io.run();
  } catch (const std::exception& e) {  // the terminal is as it was by now
    failure = e.what();
  }
  return failure.empty() ? kDone : fail(failure);
}

}  // namespace

int watch(const Options& options, const WatchRequest& request) {
  const auto mode = parse_mode(request.mode);
  if (!mode) return fail(mode.error().message, kWrong);
  const auto name = parse_instrument(request.instrument);
  if (!name) return fail(name.error().message, kWrong);
  const auto key = find_key(options, request.key);
  if (!key) return fail(key.error().message, kWrong);
  const auto find_url = url_finder(options, request.url);
  if (!find_url) return kWrong;
  Json subscribe = {{"action", "subscribe"}, {"symbol", name->symbol}, {"exchange", name->exchange}, {"mode", *mode}};
  if (request.mode == "depth") subscribe["depth_level"] = request.depth;
  const bool on_terminal = !options.json && Terminal::is_there();
  FeedClient::Settings settings{*find_url, *key, subscribe.dump(), on_terminal};
  if (!on_terminal) return watch_in_pipe(std::move(settings), options.json);
  return watch_on_terminal(std::move(settings), {name->symbol, name->exchange, request.mode, request.depth});
}

}  // namespace gw::app
