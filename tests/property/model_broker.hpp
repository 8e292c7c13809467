// A plugin inside the test: a broker that keeps books of what is subscribed on each connection, checks its limits and
// that each token has one handle, and refuses streams or fails when the test says so.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "bgw/adapter.hpp"
#include "core/plugin_host/library.hpp"
#include "tests/property/model_list.hpp"
#include "tests/support/inside_adapter.hpp"

namespace gw::property {

using Demand = std::pair<std::uint32_t, std::uint32_t>;  // mode and depth level

inline std::string text_of(const Demand& d) { return std::to_string(d.first) + '/' + std::to_string(d.second); }

struct Books {
  struct Subscription {
    int token = kNone;
    Demand told;             // what the gateway asked for last
    Demand given;            // what the broker sends; mode 0: nothing
    std::uint64_t asks = 0;  // which request that was
  };
  struct Connection {
    const bgw_host* host = nullptr;
    bool logged_in = false;
    std::map<std::uint32_t, Subscription> held;                       // by handle
    std::vector<std::pair<std::uint32_t, std::uint64_t>> unanswered;  // handle and request
  };
  explicit Books(const ModelList& l) : list(l) {}

  const ModelList& list;
  std::vector<std::unique_ptr<Connection>> connections;  // in the order of their making
  bool up = true;                                        // logins succeed
  bool expired = false;                                  // logins are refused for their credentials
  std::string violation;                                 // the first
  std::uint32_t limit = 0;                               // of a connection; 0: none
  std::uint32_t deep_limit = 0;
  std::uint32_t max_connections = 1;
  std::uint64_t asks = 0;
  std::set<std::pair<int, Demand>> refuses;  // of a token, from now on
  std::set<std::pair<int, Demand>> refused;  // in this session
  // Tokens of which the broker took a stream after it had refused it. Refusal and request may have crossed on the way:
  // then the gateway takes the stream for refused.
  std::set<int> doubtful;

  // By token, of all connections.
  std::map<int, Subscription> subscribed() const {
    std::map<int, Subscription> all;
    for (const auto& connection : connections)
      for (const auto& [handle, s] : connection->held) all[s.token] = s;
    return all;
  }
  std::vector<Connection*> live() const {
    std::vector<Connection*> all;
    for (const auto& connection : connections)
      if (connection->logged_in) all.push_back(connection.get());
    return all;
  }

  void subscribe(Connection& c, const bgw_subscription& wanted) {
    const int token = list.token_of(wanted.token, wanted.broker_exchange);
    const auto [known, is_new] = c.held.try_emplace(wanted.instrument);
    Subscription& s = known->second;
    const std::string handle = "handle " + std::to_string(wanted.instrument);
    if (!is_new && s.token != token) violate(handle + " is bound to another token before its end");
    s.token = token;
    s.told = {wanted.mode, wanted.depth_level};
    s.asks = ++asks;
    if (refuses.contains({token, s.told})) {
      c.unanswered.emplace_back(wanted.instrument, s.asks);
    } else {
      s.given = s.told;
      if (refused.contains({token, s.told})) doubtful.insert(token);
    }
    check(c);
  }
  // Tells the gateway which requests the broker refuses. What it gave before goes on.
  void answer(Connection& c) {
    for (const auto& [handle, number] : std::exchange(c.unanswered, {})) {
      const auto found = c.held.find(handle);
      if (found == c.held.end() || found->second.asks != number) continue;
      const Subscription& s = found->second;
      refused.insert({s.token, s.told});
      const bgw_stream stream{handle, s.told.first, s.told.second, 0};
      const std::string why = "no " + text_of(s.told) + " of " + std::to_string(s.token);
      const support::InsideAdapter inside(*c.host);
      c.host->refuse(c.host->context, &stream, BGW_E_INVALID, why.c_str());
    }
  }
  void forget_refusals() {
    refused.clear();
    doubtful.clear();
  }
  void end_session(Connection& c) {
    c.logged_in = false;
    c.held.clear();
    c.unanswered.clear();
  }

 private:
  void violate(std::string what) {
    if (violation.empty()) violation = std::move(what);
  }
  void check(const Connection& c) {
    std::uint32_t weight = 0;
    std::uint32_t deep = 0;
    for (const auto& [handle, s] : c.held) {
      weight += s.told.second == 20 ? 2 : 1;
      deep += s.told.second == 20;
    }
    if (limit != 0 && weight > limit) violate(std::to_string(weight) + " on one connection");
    if (deep_limit != 0 && deep > deep_limit) violate(std::to_string(deep) + " deep ones on one connection");
    if (live().size() > max_connections) violate(std::to_string(live().size()) + " connections");
    std::set<int> seen;
    for (const auto& connection : connections)
      for (const auto& [handle, s] : connection->held)
        if (!seen.insert(s.token).second) violate("token " + std::to_string(s.token) + " has two handles");
  }
};

// `N` tells plugins of one test apart: create() is given nothing else.
template <int N>
class ModelBroker final : public plugin_host::Library {
 public:
  explicit ModelBroker(Books& books, std::vector<bgw_capability> capabilities, bgw_limits limits)
      : capabilities_(std::move(capabilities)), limits_(limits) {
    current() = &books;
    descriptor_.broker = "model";
    descriptor_.limits = &limits_;
    descriptor_.api = &kApi;
    descriptor_.capabilities = capabilities_.data();
    descriptor_.capability_count = static_cast<std::uint32_t>(capabilities_.size());
  }
  const std::string& path() const override { return path_; }
  const bgw_plugin_descriptor& descriptor() const override { return descriptor_; }

 private:
  static Books*& current() {
    static Books* books = nullptr;
    return books;
  }
  static Books::Connection& of(void* self) { return *static_cast<Books::Connection*>(self); }

  static void* create(const bgw_host* host, bgw_error*) {
    current()->connections.push_back(std::make_unique<Books::Connection>());
    current()->connections.back()->host = host;
    return current()->connections.back().get();
  }
  static void destroy(void* self) {
    std::erase_if(current()->connections, [self](const auto& c) { return c.get() == self; });
  }
  static bgw_status initialize(void*, bgw_error*) { return BGW_OK; }
  static bgw_status connect(void* self, bgw_error* error) {
    current()->end_session(of(self));
    if (current()->expired) return error->code = BGW_E_AUTH;
    if (!current()->up) return error->code = BGW_E_TRANSIENT;
    of(self).logged_in = true;
    if (current()->max_connections == 1) current()->forget_refusals();
    const support::InsideAdapter inside(*of(self).host);
    of(self).host->ready(of(self).host->context);
    return BGW_OK;
  }
  static bgw_status disconnect(void* self, bgw_error*) {
    current()->end_session(of(self));
    return BGW_OK;
  }
  static bgw_status subscribe(void* self, const bgw_subscription* list, std::uint32_t count, bgw_error*) {
    if (!of(self).logged_in) return BGW_OK;  // lost on the way: the gateway does not know yet
    for (std::uint32_t i = 0; i < count; ++i) current()->subscribe(of(self), list[i]);
    return BGW_OK;
  }
  static bgw_status unsubscribe(void* self, const std::uint32_t* list, std::uint32_t count, bgw_error*) {
    for (std::uint32_t i = 0; i < count; ++i) of(self).held.erase(list[i]);
    return BGW_OK;
  }
  static bgw_status on_open(void*, std::uint32_t, bgw_error*) { return BGW_OK; }
  static bgw_status on_frame(void*, std::uint32_t, std::uint32_t, const void*, std::size_t, bgw_error*) {
    return BGW_OK;
  }
  static bgw_status on_close(void*, std::uint32_t, const bgw_close*, bgw_error*) { return BGW_OK; }
  static bgw_status on_timer(void*, std::uint32_t, bgw_error*) { return BGW_OK; }
  static constexpr bgw_adapter_api kApi = {sizeof(bgw_adapter_api),
                                           0,
                                           create,
                                           destroy,
                                           initialize,
                                           connect,
                                           disconnect,
                                           subscribe,
                                           unsubscribe,
                                           on_open,
                                           on_frame,
                                           on_close,
                                           on_timer,
                                           nullptr,
                                           nullptr};

  std::string path_ = "model.so";
  std::vector<bgw_capability> capabilities_;
  bgw_limits limits_;
  bgw_plugin_descriptor descriptor_{};
};

}  // namespace gw::property
