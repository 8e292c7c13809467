// A broker that keeps books of what is subscribed on each connection, holds its clients to its limits, and fails when
// the test says so. A plugin inside the test.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "bgw/adapter.hpp"
#include "core/plugin_host/library.hpp"

namespace gw::property {

struct Books {
  struct Subscription {
    std::uint32_t mode;
    std::uint32_t depth;
    std::string symbol;
    std::string token;
  };
  struct Connection {
    const bgw_host* host = nullptr;
    bool logged_in = false;
    std::map<std::uint32_t, Subscription> held;  // by handle
  };
  std::map<void*, std::unique_ptr<Connection>> connections;
  bool up = true;           // logins succeed
  bool expired = false;     // logins are refused for their credentials
  std::string violation;    // the first
  std::uint32_t limit = 0;  // of a connection; 0: none
  std::uint32_t deep_limit = 0;
  std::uint32_t most_connections = 1;

  // Symbol to mode and depth, of all connections.
  std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> subscribed() const {
    std::map<std::string, std::pair<std::uint32_t, std::uint32_t>> all;
    for (const auto& [self, connection] : connections)
      for (const auto& [handle, s] : connection->held) all[s.symbol] = {s.mode, s.depth};
    return all;
  }
  std::vector<Connection*> live() const {
    std::vector<Connection*> all;
    for (const auto& [self, connection] : connections)
      if (connection->logged_in) all.push_back(connection.get());
    return all;
  }
  void check(const Connection& c) {
    std::uint32_t weight = 0;
    std::uint32_t deep = 0;
    for (const auto& [handle, s] : c.held) {
      weight += s.depth == 20 ? 2 : 1;
      deep += s.depth == 20;
    }
    if (limit != 0 && weight > limit) violation = std::to_string(weight) + " on one connection";
    if (deep_limit != 0 && deep > deep_limit) violation = std::to_string(deep) + " deep ones on one connection";
    if (live().size() > most_connections) violation = std::to_string(live().size()) + " connections";
    std::map<std::string, int> times;
    for (const auto& [self, connection] : connections)
      for (const auto& [h, s] : connection->held)
        if (++times[s.symbol] > 1) violation = s.symbol + " on two connections";
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
    auto made = std::make_unique<Books::Connection>();
    made->host = host;
    void* self = made.get();
    current()->connections.emplace(self, std::move(made));
    return self;
  }
  static void destroy(void* self) { current()->connections.erase(self); }
  static bgw_status initialize(void*, bgw_error*) { return BGW_OK; }
  static bgw_status connect(void* self, bgw_error* error) {
    of(self).held.clear();
    of(self).logged_in = false;
    if (current()->expired) return error->code = BGW_E_AUTH;
    if (!current()->up) return error->code = BGW_E_TRANSIENT;
    of(self).logged_in = true;
    of(self).host->ready(of(self).host->context);
    return BGW_OK;
  }
  static bgw_status disconnect(void* self, bgw_error*) {
    of(self).held.clear();
    of(self).logged_in = false;
    return BGW_OK;
  }
  static bgw_status subscribe(void* self, const bgw_subscription* list, std::uint32_t count, bgw_error*) {
    if (!of(self).logged_in) return BGW_OK;  // lost on the way: the gateway does not know yet
    for (std::uint32_t i = 0; i < count; ++i)
      of(self).held[list[i].instrument] = {list[i].mode, list[i].depth_level, list[i].symbol, list[i].token};
    current()->check(of(self));
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
                                           on_timer};

  std::string path_ = "model.so";
  std::vector<bgw_capability> capabilities_;
  bgw_limits limits_;
  bgw_plugin_descriptor descriptor_{};
};

}  // namespace gw::property
