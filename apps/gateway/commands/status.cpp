// Answers "is every feed live?" of a running gateway, in rows of at most 80 columns.
#include <cstdio>
#include <initializer_list>
#include <string>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/commands/control_answer.hpp"
#include "apps/gateway/terminal/line.hpp"
#include "apps/gateway/watch/number_text.hpp"
#include "core/base/text.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kIndent = 4;  // of what is said of a broker below its row

std::uint64_t number(const Json& object, const char* key) { return object.value(key, std::uint64_t{0}); }

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
      text += (text.empty() ? lead : ", ") + grouped(count) + ' ' + counter.words;
  return text;
}

std::string line(const std::string& text) { return text.empty() ? "" : wrapped(text, kIndent); }

std::string age_of(const Json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || !found->is_number() ? "-" : age_text(found->get<double>());
}

// "3 h 12 min", "2 d 4 h"
std::string uptime_text(std::uint64_t seconds) {
  const std::uint64_t minutes = seconds / 60;
  if (minutes < 60) return std::to_string(minutes) + " min";
  if (minutes < 48 * 60) return std::to_string(minutes / 60) + " h " + std::to_string(minutes % 60) + " min";
  return std::to_string(minutes / 1440) + " d " + std::to_string(minutes / 60 % 24) + " h";
}

// What is wrong and what comes next; the same words as in /readyz.
std::string verdict_text(const Json& verdict) {
  std::string text = verdict.value("ready", false) ? "ready: everything wanted is served\n" : "";
  for (const Json& problem : verdict.value("problems", Json::array()))
    text += wrapped((problem.contains("broker") ? "NOT READY: " : "PROBLEM: ") + problem.value("text", ""), 0);
  for (const Json& other : verdict.value("others", Json::array()))
    text += wrapped("not in use: " + other.value("text", ""), 0);
  return text;
}

// The gateway as a whole: what it is, who is there, and what it refused.
std::string gateway_text(const Json& out) {
  std::string text = wrapped("broker-gateway " + out.value("version", "") + ", up " +
                                 uptime_text(number(out, "uptime")) + ", port " + std::to_string(number(out, "port")) +
                                 ", zeromq " + (out["zeromq"].is_string() ? out.value("zeromq", "") : "off"),
                             0);
  text += wrapped("clients " + grouped(number(out, "clients")) + " of " + grouped(number(out, "clients_limit")) +
                      counted("; refused: ", out.value("requests", Json::object()),
                              {{"refused", "requests"},
                               {"bad_keys", "wrong keys"},
                               {"no_keys", "clients without a key"},
                               {"too_many", "clients above a limit"}}) +
                      counted("; ", out.value("requests", Json::object()),
                              {{"depth_fallbacks", "subscriptions with fewer depth levels than asked for"}}),
                  0);
  const std::string not_sent = counted("not sent: ", out,
                                       {{"waiting_for_price", "updates without a last price to clients without extras"},
                                        {"older", "updates older than what another login or broker had sent"},
                                        {"zeromq_dropped", "ZeroMQ messages for which there was no room"}});
  if (!not_sent.empty()) text += wrapped(not_sent, 0);
  const Json ledger = out.value("ledger", Json::object());
  text += wrapped("updates " + grouped(number(out, "updates")) + ", published " + grouped(number(out, "published")) +
                      "; hidden by brokers: " + grouped(number(out, "hidden_trades")) + " trades",
                  0);
  text += wrapped("ledger: expected " + grouped(number(ledger, "due")) + " = delivered " +
                      grouped(number(ledger, "delivered")) + " + conflated " + grouped(number(ledger, "conflated")) +
                      " + lost " + grouped(number(ledger, "lost")) + ", unexplained " +
                      grouped(number(ledger, "unexplained")),
                  0);
  return text;
}

std::string group_text(const Json& group) {
  std::string order;
  for (const Json& name : group["brokers"]) order += (order.empty() ? "" : ", ") + name.get<std::string>();
  return wrapped("users of [" + order + "] are served by " + group.value("serving", "") +
                     (group.value("simulated", false) ? " (simulated prices)" : "") +
                     (group["standby"].is_string() ? ", hot standby " + group.value("standby", "") : "") + ", " +
                     grouped(number(group, "instruments")) + " instruments",
                 0);
}

// ---- one broker

// "3" or, where the broker has a limit, "3/9".
std::string of_limit(const Json& broker, const char* count, const char* limit) {
  const std::uint64_t bound = number(broker, limit);
  return grouped(number(broker, count)) + (bound == 0 ? "" : '/' + grouped(bound));
}

std::string row_of(const Json& broker) {
  char lag[16];
  std::snprintf(lag, sizeof lag, "%.1f s", broker.value("lag", 0.0));
  const bool is_up = broker.value("status", "") == "connected";
  std::string row =
      cell(broker.value("name", ""), 13) + cell(broker.value("state", ""), 15) +
      right_aligned(age_of(broker, "last_live_age"), 9) + ' ' +
      right_aligned(is_up ? grouped(static_cast<std::uint64_t>(broker.value("rate", 0.0) + 0.5)) + "/s" : "-", 9) +
      ' ' + right_aligned(is_up ? lag : "-", 8) + ' ' +
      right_aligned(of_limit(broker, "connections", "connections_limit"), 6) + ' ' +
      right_aligned(of_limit(broker, "subscribed", "instruments_limit"), 12);
  return row.substr(0, row.find_last_not_of(' ') + 1) + '\n';
}

// One exchange's feed, like "NSE live, market open, 2,981 instruments, last live tick 0.2 s ago".
std::string feed_text(const std::string& exchange, const Json& feed) {
  std::string text = exchange + ' ' + feed.value("status", "");
  if (const std::string market = feed.value("market", ""); !market.empty()) text += ", market " + market;
  if (feed.value("halted", false)) text += ", halted: no broker ticks";
  text += ", " + grouped(number(feed, "instruments")) + " instruments";
  if (feed.contains("last_live_age") && feed["last_live_age"].is_number())
    text += ", last live tick " + age_of(feed, "last_live_age") + " ago";
  const std::string message = feed.value("message", "");
  if (!message.empty() && message != feed.value("status", "")) text += ": " + message;
  return text;
}

// Limits of the broker's connections that are taken to four fifths or more.
std::string limits_text(const Json& broker) {
  std::string text;
  for (const Json& use : broker.value("limits", Json::array())) {
    const std::uint64_t used = number(use, "used");
    const std::uint64_t bound = number(use, "bound");
    if (bound == 0 || used * 5 < bound * 4) continue;
    text += (text.empty() ? "near a limit: " : ", ") + use.value("limit", "") + " of connection " +
            std::to_string(number(use, "connection") + 1) + ": " + grouped(used) + " of " + grouped(bound);
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

// What most brokers have nothing of: what was left out of the broker's data, and what is odd with its list or files.
std::string rest_of(const Json& broker) {
  std::string text = line(counted("left out: ", broker.value("dropped", Json::object()),
                                  {{"unknown_instrument", "updates of instruments that are not subscribed"},
                                   {"duplicate", "duplicates"},
                                   {"unordered_book", "books out of order"},
                                   {"level", "invalid depth levels"},
                                   {"impossible_price", "prices that the instrument cannot have"},
                                   {"negative_quantity", "quantities below zero"},
                                   {"unknown_layout", "packets of an unknown layout"},
                                   {"unknown_scale", "prices of an unknown scale"}}));
  text += line(counted("passed on: ", broker,
                       {{"updates_without_price", "updates without a last price"},
                        {"times_invalid", "updates whose impossible time was removed"}}));
  text += line(counted("errors: ", broker,
                       {{"frames_refused", "frames that the plugin could not read"},
                        {"updates_invalid", "invalid updates"},
                        {"subscriptions_refused", "subscriptions that the broker refused"},
                        {"recycles", "logins ended because the feed was silent or late"}}));
  text += line(counted("", broker, {{"recordings_ended", "recordings ended before their time: the log says why"}}));
  text += line(counted("", broker, {{"not_in_list", "subscribed instruments are not in the list"}}));
  if (const Json logins = broker.value("unattended_logins", Json::object()); number(logins, "given_up") != 0)
    text += line("logins by itself: " + grouped(number(logins, "done")) + ", given up " +
                 grouped(number(logins, "given_up")) +
                 (logins.contains("message") ? ": " + logins.value("message", "") : ""));
  for (const Json& problem : broker.value("secret_problems", Json::array()))
    text += line("warning: " + problem.get<std::string>());
  if (const std::string warning = broker.value("list_warning", ""); !warning.empty())
    text += line("warning: " + warning);
  return text;
}

std::string broker_text(const Json& broker) {
  std::string text = row_of(broker);
  const std::string status = broker.value("status", "");
  if (const std::string message = broker.value("message", ""); !message.empty() && message != status)
    text += line(message);
  if (broker.value("simulated", false)) text += line("simulated prices: none of them is real");
  const Json feeds = broker.value("feeds", Json::object());
  for (const auto& [exchange, feed] : feeds.items()) text += line(feed_text(exchange, feed));
  if (const std::string next = broker.value("next_step", ""); !next.empty()) text += line("next: " + next);
  if (!broker.value("enabled", true)) return text;
  text += line(grouped(number(broker, "instruments")) + " instruments known" + list_text(broker) + "; logins " +
               grouped(number(broker, "logins")) + " of " + grouped(number(broker, "connects")) + " attempts" +
               (broker.value("isolation", "") == "process" ? "; runs in a process of its own" : ""));
  return text + line(limits_text(broker)) + rest_of(broker);
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
  std::string text = verdict_text(verdict) + gateway_text(out);
  for (const Json& group : out["groups"]) text += group_text(group);
  for (const Json& one : out.value("quarantine", Json::array()))
    text += wrapped("warning: " + one.value("file", "") + ": quarantined since " + one.value("since", "") + ": " +
                        one.value("reason", "") + "; SHA-256 " + one.value("sha256", ""),
                    0);
  text += "BROKER        STATE           LAST TICK   UPDATES      LAG  CONNS  INSTRUMENTS\n";
  for (const Json& broker : out["brokers"]) text += broker_text(broker);
  std::fputs(text.c_str(), stdout);
  return result;
}

}  // namespace gw::app
