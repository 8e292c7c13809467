// Commands that a running gateway answers, through its control socket.
#include <cstdio>
#include <initializer_list>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/control_answer.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

unsigned long long number(const Json& object, const char* key) { return object.value(key, 0ULL); }

// A counter: its key in the status, and the words for it.
struct Counter {
  const char* key;
  const char* words;
};

// `lead` and the counters that are not zero, like "3 duplicates, 1 prices of an unknown scale". Empty: all are zero.
std::string counted(const char* lead, const Json& from, std::initializer_list<Counter> counters) {
  std::string text;
  for (const Counter& counter : counters)
    if (const auto count = number(from, counter.key); count != 0)
      text += (text.empty() ? lead : ", ") + std::to_string(count) + ' ' + counter.words;
  return text;
}

std::string line(std::string text) { return text.empty() ? text : "    " + std::move(text) + '\n'; }

// Lines that most brokers do not need: what was left out of the broker's data, and what is odd with its list.
std::string rest_of(const Json& broker) {
  std::string text = line(counted("left out: ", broker.value("dropped", Json::object()),
                                  {{"unknown_instrument", "updates of instruments that are not subscribed"},
                                   {"duplicate", "duplicates"},
                                   {"unordered_book", "books out of order"},
                                   {"level", "invalid depth levels"},
                                   {"unknown_layout", "packets of an unknown layout"},
                                   {"unknown_scale", "prices of an unknown scale"}}));
  text += line(counted("passed on: ", broker,
                       {{"updates_without_price", "updates without a last price"},
                        {"times_invalid", "updates whose impossible time was removed"}}));
  text += line(counted("", broker, {{"not_in_list", "subscribed instruments are not in the list"}}));
  if (const Json logins = broker.value("unattended_logins", Json::object()); number(logins, "given_up") != 0)
    text += line("logins by itself: " + std::to_string(number(logins, "done")) + ", given up " +
                 std::to_string(number(logins, "given_up")) +
                 (logins.contains("message") ? ": " + logins.value("message", "") : ""));
  if (const std::string warning = broker.value("list_warning", ""); !warning.empty())
    text += line("warning: " + warning);
  return text;
}

// A line for each exchange whose feed is not live.
std::string feeds_of(const Json& broker) {
  std::string text;
  const Json feeds = broker.value("feeds", Json::object());
  for (const auto& [exchange, feed] : feeds.items()) {
    const std::string status = feed.value("status", "");
    if (status == "live") continue;
    text +=
        line("feed of " + exchange + ": " + status + (feed.value("halted", false) ? ", halted: no broker ticks" : "") +
             (feed.contains("message") ? ", " + feed.value("message", "") : ""));
  }
  return text;
}

// ", list of TIME, generation N", which follows the number of instruments.
std::string list_text(const Json& broker) {
  const auto list = broker.find("list");
  if (list == broker.end() || !list->is_object()) return "";
  std::string text = ", " + list->value("name", "");
  if (number(*list, "generation") != 0) text += ", generation " + std::to_string(number(*list, "generation"));
  return text;
}

// What is wrong and what comes next, one line each; the same words as in /readyz.
std::string verdict_text(const Json& verdict) {
  std::string text = verdict.value("ready", false) ? "ready: everything wanted is served\n" : "";
  for (const Json& problem : verdict.value("problems", Json::array()))
    text += "NOT READY: " + problem.value("text", "") + '\n';
  for (const Json& other : verdict.value("others", Json::array()))
    text += "not in use: " + other.value("text", "") + '\n';
  return text;
}

}  // namespace

int status(const Options& options) {
  const auto answer = ask_gateway(options, {{"command", "status"}});
  if (!answer) return no_answer(answer.error());
  Json out = *answer;
  out.erase("ok");
  const Json verdict = out.value("verdict", Json::object());
  const int result = verdict.value("ready", false) ? kDone : kCouldNot;
  if (options.json) return std::printf("%s\n", out.dump().c_str()), result;
  std::fputs(verdict_text(verdict).c_str(), stdout);
  std::printf("port %llu, zeromq %s, %llu clients\n", number(out, "port"),
              out["zeromq"].is_string() ? out["zeromq"].get<std::string>().c_str() : "off", number(out, "clients"));
  const std::string not_sent = counted("not sent: ", out,
                                       {{"waiting_for_price", "updates without a last price to clients without extras"},
                                        {"older", "updates older than what another login or broker had sent"},
                                        {"zeromq_dropped", "ZeroMQ messages for which there was no room"}});
  if (!not_sent.empty()) std::printf("%s\n", not_sent.c_str());
  if (const std::string problem = out.value("database_problem", ""); !problem.empty())
    std::printf("warning: %s\n", problem.c_str());
  const Json& ledger = out["ledger"];
  std::printf("updates %llu, published %llu; hidden by brokers: %llu trades\n", number(out, "updates"),
              number(out, "published"), number(out, "hidden_trades"));
  std::printf("ledger: expected %llu = delivered %llu + conflated %llu + lost %llu, unexplained %llu\n",
              number(ledger, "due"), number(ledger, "delivered"), number(ledger, "conflated"), number(ledger, "lost"),
              number(ledger, "unexplained"));
  for (const Json& l : out["groups"]) {
    std::string order;
    for (const Json& name : l["brokers"]) order += (order.empty() ? "" : ", ") + name.get<std::string>();
    std::printf("users of [%s] are served by %s%s%s, %llu instruments\n", order.c_str(), l.value("serving", "").c_str(),
                l.value("simulated", false) ? " (simulated prices)" : "",
                l["standby"].is_string() ? (", hot standby " + l["standby"].get<std::string>()).c_str() : "",
                number(l, "instruments"));
  }
  for (const Json& b : out["brokers"]) {
    std::printf(
        "%-12s %-13s %s%s\n    instruments %llu%s, subscribed %llu (%llu refused) on %llu connections, lag %.1f s\n"
        "    attempts %llu, logins %llu, recycled %llu; frames %llu (%llu refused), updates %llu (%llu invalid, %llu "
        "conflated)\n",
        b.value("name", "").c_str(), b.value("status", "").c_str(),
        b.value("simulated", false) ? "simulated prices; " : "", b.value("message", "").c_str(),
        number(b, "instruments"), list_text(b).c_str(), number(b, "subscribed"), number(b, "subscriptions_refused"),
        number(b, "connections"), b.value("lag", 0.0), number(b, "connects"), number(b, "logins"),
        number(b, "recycles"), number(b, "frames"), number(b, "frames_refused"), number(b, "updates"),
        number(b, "updates_invalid"), number(b, "conflated"));
    std::fputs((feeds_of(b) + rest_of(b)).c_str(), stdout);
  }
  return result;
}

int broker_command(const Options& options, const std::string& command, const std::string& broker) {
  const auto answer = ask_gateway(options, {{"command", command}, {"broker", broker}});
  return answer ? kDone : no_answer(answer.error());
}

}  // namespace gw::app
