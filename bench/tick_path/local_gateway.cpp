#include "bench/tick_path/local_gateway.hpp"

#include <cstring>
#include <future>
#include <memory>
#include <stdexcept>
#include <vector>

#include "core/accounts/key_ring.hpp"
#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/instruments/index.hpp"
#include "core/registry/capabilities.hpp"

namespace bench {
namespace {

gw::proxy::Options options_for_many() {
  gw::proxy::Options options;
  options.admission.unauthenticated = options.admission.connections;
  return options;
}

}  // namespace

LocalGateway::LocalGateway(std::uint32_t instruments) : proxy_(options_for_many(), bell_) {
  gw::log::set_level(gw::log::Level::warning);
  sample_.tick.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  bgw_capability nse{};
  std::memcpy(nse.exchange, "NSE", 4);
  nse.modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
  const auto broker =
      router().add_broker({"broker", "broker", gw::registry::Capabilities({&nse, 1}), &channel_, "", {}, false});
  gw::instruments::Index::Builder index(1);
  for (std::uint32_t i = 0; i < instruments; ++i) {
    const std::string name = symbol(i);
    gw::instruments::InstrumentView row;
    row.symbol = name;
    row.exchange = "NSE";
    row.token = name;
    index.add(row);
  }
  router().set_index("broker", std::make_shared<const gw::instruments::Index>(std::move(index).build()));
  router().group_for("", {broker});
  using gw::accounts::KeyRing;
  using gw::accounts::KeySession;
  proxy_.requests().set_keys(std::make_shared<const KeyRing>(
      std::vector<KeySession>{{gw::accounts::hash_key(kKey), 1, "user", "read", {}, 0}}));
}

LocalGateway::~LocalGateway() {
  if (!thread_.joinable()) return;
  proxy_.stop();
  thread_.join();
}

void LocalGateway::start() {
  const auto port = proxy_.listen({{"127.0.0.1"}, 0, false, false});
  if (!port) throw std::runtime_error(port.error().message);
  port_ = *port;
  thread_ = std::thread([this] { proxy_.run(); });
}

void LocalGateway::run_between_turns(const std::function<void()>& task) {
  std::promise<void> done;
  proxy_.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

void LocalGateway::hold_for_a_while(std::uint32_t instruments) {
  const gw::routing::SessionId client = 0;  // the first session of the first shard
  for (std::uint32_t i = 0; i < instruments; ++i) router().subscribe(client, symbol(i), "NSE", {BGW_MODE_QUOTE, 0});
  router().flush_demand();
  router().unsubscribe_all(client);
  router().flush_demand();
}

void LocalGateway::put(std::uint32_t instrument) {
  sample_.tick.instrument = instrument;
  channel_.writer().update({&sample_.tick, nullptr, nullptr, nullptr, 0, 0}, {gw::wall_ns(), 0, 0, true, {}});
}

}  // namespace bench
