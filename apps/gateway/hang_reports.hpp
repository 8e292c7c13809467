// Tells routing which broker's plugin does not return from a call: its feeds are stale until it does, and when the call
// is given up, nothing of the broker is served any more. Thread: calls.
#pragma once

#include "core/plugin_host/call_watch.hpp"
#include "core/proxy/proxy.hpp"

namespace gw::app {

class HangReports final : public plugin_host::CallWatch::Listener {
 public:
  // The proxy outlives that thread.
  explicit HangReports(proxy::Proxy& proxy) : proxy_(proxy) {}

  void on_hang(const plugin_host::Hang& hang) override;
  void on_return(const std::string& broker) override;
  void on_given_up(const plugin_host::Hang& hang) override;

 private:
  proxy::Proxy& proxy_;
};

}  // namespace gw::app
