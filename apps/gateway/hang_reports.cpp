#include "apps/gateway/hang_reports.hpp"

namespace gw::app {

void HangReports::on_hang(const plugin_host::Hang& hang) {
  proxy_.post([this, hang] {
    routing::Router& router = proxy_.router();
    if (const auto id = router.brokers().find(hang.broker)) router.begin_hang(*id, hang.since_ns, hang.text());
  });
}

void HangReports::on_return(const std::string& broker) {
  proxy_.post([this, broker] {
    routing::Router& router = proxy_.router();
    if (const auto id = router.brokers().find(broker)) router.end_hang(*id);
  });
}

void HangReports::on_given_up(const plugin_host::Hang& hang) {
  if (hang.is_process) return;  // its death follows
  proxy_.post([this, hang] {
    routing::Router& router = proxy_.router();
    if (const auto id = router.brokers().find(hang.broker))
      router.detach_broker(*id,
                           "Broker '" + hang.broker + "' was given up: " + hang.text() +
                               "; it begins in a process of its own with: broker-gateway brokers retry " + hang.broker,
                           "broker-gateway brokers retry " + hang.broker);
  });
}

}  // namespace gw::app
