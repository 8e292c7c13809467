// From an update of a plugin to a record in the ring to routing: through the binary border, and beside it without one.
#include <array>
#include <memory>
#include <stdexcept>
#include <string>

#include <benchmark/benchmark.h>
#include <boost/asio/io_context.hpp>
#include <boost/dll/shared_library.hpp>

#include "bench/tick_path/measure.hpp"
#include "bench/tick_path/sample.hpp"
#include "core/base/log.hpp"
#include "core/bus/doorbell.hpp"
#include "core/plugin_host/adapter_host.hpp"
#include "core/plugin_host/host_context.hpp"
#include "core/plugin_host/library.hpp"

namespace bench {
namespace {

using namespace gw::plugin_host;

constexpr std::uint32_t kBatch = 32;

// What a link gives one adapter object, with one instrument for each update of the batch. No plugin is called.
class Border final : private AdapterObject::Owner, private AdapterSocket::Owner, private Subscriptions::Owner {
 public:
  Border()
      : library_(load()),
        link_(io_, library_, options(), bell_),
        object_(link_, *this),
        judges_([this] {
          gw::liveness::JudgeServices services;
          services.answers = [](std::string_view) { return false; };
          return std::make_unique<gw::liveness::FeedJudge>(
              std::move(services), gw::liveness::WatchLimits{link_.stall_limit_ns(), 0, 60'000'000'000});
        }),
        sockets_(link_, *this),
        requests_(link_, [](std::uint32_t, const bgw_http_response&) {}),
        capabilities_({library_->descriptor().capabilities, library_->descriptor().capability_count}),
        subscriptions_(link_, object_, judges_, capabilities_, *this),
        gate_(link_, object_, subscriptions_, judges_),
        host_(link_, object_, sockets_, requests_, subscriptions_, gate_, capabilities_, [] {}),
        context_(HostContext::make(host_, {"bench", std::make_shared<gw::plugin_host::PluginLog>(), gw::wall_ns,
                                           gw::monotonic_ns, &io_, [](HostContext::Posted) {}})) {
    link_.on_feed_news = [] {};
    for (std::uint32_t i = 0; i < kBatch; ++i) {
      link_.wanted[i] = {BGW_MODE_QUOTE, 0, 0, "S" + std::to_string(i), "NSE", "", "", std::to_string(i)};
      ticks_[i] = sample_.tick;
      ticks_[i].instrument = i;
      ticks_[i].modes = BGW_MODE_LTP | BGW_MODE_QUOTE;
      updates_[i] = {&ticks_[i], nullptr, nullptr, nullptr, 0, 0};
    }
    std::array<std::uint32_t, kBatch> handles;
    for (std::uint32_t i = 0; i < kBatch; ++i) handles[i] = i;
    subscriptions_.add(handles);
    gate_.open();
  }

  void direct() {
    const HostContext::Call inside(&context_);
    for (const bgw_update& update : updates_) gate_.publish(&update);
    drain();
  }
  using Publish = void(const bgw_host*, const bgw_update*, std::uint32_t);
  void through(Publish* publish) {
    const HostContext::Call inside(&context_);
    publish(&context_.table(), updates_.data(), kBatch);
    drain();
  }

 private:
  static std::shared_ptr<const Library> load() {
    const auto loaded = load_library(GW_PLUGINS "/mock.so");
    if (!loaded) throw std::runtime_error(loaded.error().message);
    return loaded->front();
  }
  static LinkOptions options() {
    LinkOptions options;
    options.name = "bench";
    return options;
  }
  void drain() {
    std::array<std::span<const std::byte>, kBatch> records;
    gw::bus::Ring& ring = link_.channel.updates();
    const std::size_t count = ring.peek(records);
    if (count != kBatch) throw std::runtime_error("found updates that the gate drops, expected all in the ring");
    ring.release(count);
  }
  void on_ready_asked() override {}
  void on_failure(const bgw_error&) override {}
  void on_open(AdapterSocket&) override {}
  void on_frame(AdapterSocket&, std::uint32_t, std::span<const std::byte>) override {}
  void on_close(AdapterSocket&, const gw::websocket::CloseInfo&) override {}
  void on_silence(AdapterSocket&, const std::string&) override {}
  void on_unsent(const bgw_error&, const std::string&) override {}

  Sample sample_;
  std::array<bgw_tick, kBatch> ticks_;
  std::array<bgw_update, kBatch> updates_;
  boost::asio::io_context io_;
  gw::bus::Doorbell bell_;
  std::shared_ptr<const Library> library_;
  LinkContext link_;
  AdapterObject object_;
  ConnectionJudges judges_;
  AdapterSockets sockets_;
  AdapterRequests requests_;
  gw::registry::Capabilities capabilities_;
  Subscriptions subscriptions_;
  UpdateGate gate_;
  AdapterHost host_;
  HostContext& context_;
};

// `border_ns`: what the border adds to one tick.
void border(benchmark::State& state, const char* function) {
  gw::log::set_level(gw::log::Level::warning);
  Border border;
  boost::dll::shared_library plugin(GW_BORDER_PLUGIN);
  Border::Publish* publish = plugin.get<Border::Publish>(function);
  const auto direct = [&] { border.direct(); };
  const auto through = [&] { border.through(publish); };
  run(state, direct, through);
  // In turns, so that what disturbs one disturbs the other.
  double with = least_ns_of(2'000, through, [] {});
  double without = least_ns_of(2'000, direct, [] {});
  for (int i = 0; i < 5; ++i) {
    with = std::min(with, least_ns_of(2'000, through, [] {}));
    without = std::min(without, least_ns_of(2'000, direct, [] {}));
  }
  state.counters["tick_ns"] = with / kBatch;
  state.counters["border_ns"] = (with - without) / kBatch;
}
BENCHMARK_CAPTURE(border, one_by_one, "publish_one_by_one");
BENCHMARK_CAPTURE(border, in_batches_of_32, "publish_at_once");

}  // namespace
}  // namespace bench
