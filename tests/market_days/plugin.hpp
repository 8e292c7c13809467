// The plugin of a model broker: passes the host's calls to its account.
#pragma once

#include <string>
#include <vector>

#include "core/plugin_host/library.hpp"
#include "tests/market_days/account.hpp"

namespace gw::market_days {

// `N` tells the plugins of one test apart: create() is given nothing else.
template <std::size_t N>
class Plugin final : public plugin_host::Library {
 public:
  explicit Plugin(Account& account) {
    current() = &account;
    const Traits& traits = account.traits();
    limits_.size = sizeof limits_;
    limits_.instruments_per_connection = traits.per_connection;
    limits_.connections_per_account = traits.places;
    limits_.heartbeat_period_ns = kSecond;
    limits_.time_resolution_ns = traits.resolution_ns;
    for (const char* exchange : kExchangeNames) {
      bgw_capability can{{}, 7, BGW_FEED_SNAPSHOT, 1, {5}, 0};
      std::snprintf(can.exchange, sizeof can.exchange, "%s", exchange);
      if (traits.declares_snapshots) can.flags |= BGW_SNAPSHOT_ON_SUBSCRIBE;
      capabilities_.push_back(can);
    }
    descriptor_.broker = "model";
    descriptor_.limits = &limits_;
    descriptor_.api = &kApi;
    descriptor_.capabilities = capabilities_.data();
    descriptor_.capability_count = static_cast<std::uint32_t>(capabilities_.size());
  }
  const std::string& path() const override { return path_; }
  const bgw_plugin_descriptor& descriptor() const override { return descriptor_; }

 private:
  static Account*& current() {
    static Account* account = nullptr;
    return account;
  }
  static Account::Connection& of(void* self) { return *static_cast<Account::Connection*>(self); }

  static void* create(const bgw_host* host, bgw_error*) { return new Account::Connection{current(), host, nullptr}; }
  static void destroy(void* self) {
    of(self).account->disconnect(of(self));
    delete &of(self);
  }
  static bgw_status initialize(void*, bgw_error*) { return BGW_OK; }
  static bgw_status connect(void* self, bgw_error* error) { return of(self).account->connect(of(self), *error); }
  static bgw_status disconnect(void* self, bgw_error*) {
    of(self).account->disconnect(of(self));
    return BGW_OK;
  }
  static bgw_status subscribe(void* self, const bgw_subscription* list, std::uint32_t count, bgw_error*) {
    bgw_status status = BGW_OK;
    for (std::uint32_t i = 0; i < count && status == BGW_OK; ++i)
      status = of(self).account->subscribe(of(self), list[i]);
    return status;
  }
  static bgw_status unsubscribe(void* self, const std::uint32_t* list, std::uint32_t count, bgw_error*) {
    for (std::uint32_t i = 0; i < count; ++i) of(self).account->unsubscribe(of(self), list[i]);
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
  bgw_limits limits_{};
  bgw_plugin_descriptor descriptor_{};
};

}  // namespace gw::market_days
