#include "apps/gateway/commands/link_outcome.hpp"

#include <algorithm>
#include <thread>

#include <nlohmann/json.hpp>

#include "core/base/text.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPoll{50};
constexpr std::chrono::seconds kFirstTick{3};  // for a feed that should tick

std::uint64_t count(const Json& object, const char* key) { return object.value(key, std::uint64_t{0}); }

std::string reason_of(const Json& link) {
  const std::string status = link.value("status", "");
  const std::string message = link.value("message", "");
  return status + (message.empty() || message == status ? "" : ": " + message);
}

// The message often ends with what to do; where it does not, the next step says so.
std::string with_next_step(std::string text, const Json& link) {
  const std::string next = link.value("next_step", "");
  if (next.empty() || text.find("run: ") != std::string::npos) return text;
  return text + "; next: " + next;
}

bool is_closed(const Json& link, const Json& feed) {
  return feed.value("market", "") == "closed" && !link.value("always_open", false);
}

// Whether something is wanted where the market is not closed, so that ticks should come.
bool may_tick(const Json& link) {
  const Json feeds = link.value("feeds", Json::object());
  return std::any_of(feeds.begin(), feeds.end(),
                     [&](const Json& feed) { return count(feed, "instruments") != 0 && !is_closed(link, feed); });
}

LinkOutcome connected(const Json& link, bool is_live) {
  if (is_live) return {true, true, true, "connected, live"};
  if (count(link, "wanted") == 0) return {true, true, false, "connected; logged in, and nothing is subscribed there"};
  std::string text;
  const Json feeds = link.value("feeds", Json::object());
  for (const auto& [exchange, feed] : feeds.items())
    text += (text.empty() ? "" : ", ") + exchange + ' ' + (is_closed(link, feed) ? "market closed" : "market open");
  return {true, true, false,
          "connected; logged in, and no live tick has come yet" + (text.empty() ? "" : " (" + text + ")")};
}

LinkOutcome not_known(const Json& link, std::chrono::nanoseconds limit) {
  const std::string seconds = seconds_text(limit.count());
  if (!link.is_object()) return {false, false, false, "no outcome within " + seconds + ": the gateway does not answer"};
  return {false, false, false,
          "no outcome within " + seconds + ": " + reason_of(link) +
              "; the gateway goes on by itself, and broker-gateway status says what comes of it"};
}

}  // namespace

LinkOutcome follow_login(const RunningGateway& gateway, const std::string& broker, std::uint64_t asked,
                         std::chrono::nanoseconds limit) {
  const auto end = Clock::now() + limit;
  auto ticks_end = Clock::time_point::max();
  std::uint64_t live_before = 0;
  Json link;
  for (;; std::this_thread::sleep_for(kPoll)) {
    const auto answer = gateway.ask({{"command", "link"}, {"broker", broker}});
    link = answer ? *answer : Json();
    if (answer && count(link, "settled") >= asked) {
      const std::string status = link.value("status", "");
      if (status == "auth_expired") return {true, false, false, with_next_step("refused: " + reason_of(link), link)};
      if (status != "connected" || link.value("hangs", false))
        return {true, false, false, with_next_step(reason_of(link), link)};
      // A tick of the login before proves nothing: one must come from now on.
      const std::uint64_t last_live = count(link, "last_live");
      if (ticks_end == Clock::time_point::max()) {
        ticks_end = std::min(end, Clock::now() + kFirstTick);
        live_before = last_live;
      }
      const bool is_live = last_live > live_before;
      if (is_live || count(link, "wanted") == 0 || !may_tick(link) || Clock::now() >= ticks_end)
        return connected(link, is_live);
    }
    if (Clock::now() >= end) return not_known(link, limit);
  }
}

}  // namespace gw::app
