#include "apps/gateway/client_lists.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <tuple>
#include <vector>

#include <nlohmann/json.hpp>

#include "apps/gateway/json_fields.hpp"
#include "apps/gateway/on_routing.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kRows = 1'000;
constexpr std::int64_t kMaxRows = 10'000;

// What routing's thread copies; the control thread makes JSON of it.
struct ClientRow {
  std::string name;  // "client 2 (127.0.0.1:51948, user u)"
  std::string user;
  std::int64_t key;
  std::string broker;
  std::size_t subscriptions;
  bool extras;
};
struct SubscriptionRow {
  std::string instrument;
  routing::Stream stream;
  int actual_depth;
  topics::SubscriptionState state;
  std::string broker;
  std::size_t clients;
  bool pinned;
  std::uint64_t updates;
};

struct Name {
  std::int64_t number = 0;
  std::string address;
};
// Logs name a client in the same way.
Name parts_of(const std::string& name) {
  const std::size_t number = name.find(' ');
  const std::size_t open = name.find('(');
  if (number == std::string::npos || open == std::string::npos) return {};
  return {std::strtoll(name.c_str() + number, nullptr, 10),
          name.substr(open + 1, name.find_first_of(",)", open) - open - 1)};
}

std::size_t limit_of(const Json& request) {
  return static_cast<std::size_t>(std::clamp<std::int64_t>(number_field(request, "limit", kRows), 1, kMaxRows));
}

std::string text_of(const Json& answer) { return answer.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string clients_of(proxy::Proxy& proxy, const Json& request) {
  const std::size_t limit = limit_of(request);
  std::vector<ClientRow> rows;
  std::size_t count = 0;
  on_routing(proxy, [&] {
    const routing::Router& router = proxy.router();
    proxy.clients().for_each_open([&](const requests::Subscriber& client) {
      if (!client.account || ++count > limit) return;
      rows.push_back({*client.name, client.account->user, client.account->key_id,
                      router.brokers()[router.broker_of(client.id)].name(), router.clients()[client.id].held.size(),
                      client.extras});
    });
  });
  Json answer = {{"ok", true}, {"count", count}, {"clients", Json::array()}};
  for (const ClientRow& row : rows) {
    const Name name = parts_of(row.name);
    answer["clients"].push_back({{"client", name.number},
                                 {"address", name.address},
                                 {"user", row.user},
                                 {"key", row.key},
                                 {"broker", row.broker},
                                 {"subscriptions", row.subscriptions},
                                 {"extras", row.extras}});
  }
  return text_of(answer);
}

const char* word_of_state(topics::SubscriptionState state) {
  if (state == topics::SubscriptionState::pending) return "pending";
  return state == topics::SubscriptionState::active ? "active" : "failed";
}

// Calls each(topic) for what the client holds; false: there is no such client.
template <class F>
bool for_each_topic_of(proxy::Proxy& proxy, std::int64_t client, const F& each) {
  const routing::Router& router = proxy.router();
  bool found = false;
  proxy.clients().for_each_open([&](const requests::Subscriber& one) {
    if (!one.account || parts_of(*one.name).number != client) return;
    found = true;
    for (const auto& [topic, held] : router.clients()[one.id].held) each(router.topics()[topic]);
  });
  return found;
}

std::string subscriptions_of(proxy::Proxy& proxy, const Json& request) {
  const std::size_t limit = limit_of(request);
  const std::string broker = text_field(request, "broker");
  const std::int64_t client = number_field(request, "client");
  std::vector<SubscriptionRow> rows;
  std::size_t count = 0;
  std::string refusal;
  on_routing(proxy, [&] {
    const routing::Router& router = proxy.router();
    if (!broker.empty() && !router.brokers().find(broker)) {
      refusal = "no broker " + broker;
      return;
    }
    const auto add = [&](const topics::Topic& topic) {
      const std::string& serving = router.brokers()[topic.broker].name();
      if ((!broker.empty() && serving != broker) || ++count > limit) return;
      rows.push_back({topic.info.symbol + '.' + topic.info.exchange, topic.info.stream, topic.info.actual_depth,
                      topic.state, serving, topic.holders, topic.pinned, topic.seq});
    };
    if (client != 0) {
      if (!for_each_topic_of(proxy, client, add)) refusal = "no client " + std::to_string(client);
      return;
    }
    router.interests().for_each([&](upstream::InterestId, const upstream::Interest& interest) {
      interest.for_each_topic([&](topics::TopicId id) { add(router.topics()[id]); });
    });
  });
  if (!refusal.empty()) return text_of({{"ok", false}, {"error", refusal}});
  std::sort(rows.begin(), rows.end(), [](const SubscriptionRow& one, const SubscriptionRow& other) {
    return std::tuple(one.instrument, one.stream.mode, one.stream.depth_level) <
           std::tuple(other.instrument, other.stream.mode, other.stream.depth_level);
  });
  Json answer = {{"ok", true}, {"count", count}, {"subscriptions", Json::array()}};
  for (const SubscriptionRow& row : rows) {
    const bool depth = row.stream.mode == BGW_MODE_DEPTH;
    answer["subscriptions"].push_back({{"instrument", row.instrument},
                                       {"mode", row.stream.mode},
                                       {"depth_level", depth ? Json(row.stream.depth_level) : Json(nullptr)},
                                       {"actual_depth", depth ? Json(row.actual_depth) : Json(nullptr)},
                                       {"status", word_of_state(row.state)},
                                       {"broker", row.broker},
                                       {"clients", row.clients},
                                       {"pinned", row.pinned},
                                       {"updates", row.updates}});
  }
  return text_of(answer);
}

std::string limits_of(proxy::Proxy& proxy) {
  Json brokers = Json::object();
  on_routing(proxy, [&] {
    for (const auto& broker : proxy.router().brokers()) {
      const registry::Limits& limits = broker->setup().limits;
      brokers[broker->name()] = {{"connections", limits.connections},
                                 {"instruments_per_connection", limits.instruments_per_connection}};
    }
  });
  return text_of({{"ok", true}, {"brokers", brokers}});
}

}  // namespace

std::optional<std::string> answer_list(proxy::Proxy& proxy, const Json& request) {
  const std::string command = text_field(request, "command");
  if (command == "clients") return clients_of(proxy, request);
  if (command == "subs") return subscriptions_of(proxy, request);
  if (command == "limits") return limits_of(proxy);
  return std::nullopt;
}

}  // namespace gw::app
