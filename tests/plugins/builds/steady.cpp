// One plugin in several builds, as an author brings them out: BUILD is the number, and FAULT what is wrong with it.
// Every build shows the same ticks: one each tenth of a second whose price is its number since 1970, so that a test
// sees which tick is missing or comes twice, whichever build it is from. See tests/e2e/test_plugin_reload.py.
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bgw/adapter.hpp"

namespace {

enum class Fault {
  none,
  crash_when_loaded,  // in a static constructor
  exit_when_loaded,
  hang_when_loaded,  // in its entry
  never_ready,
  dies_soon,    // some ticks after its first subscription
  needs_more,   // no fault: it has a setting that must be given
  one_session,  // no fault: the account allows one connection
};
constexpr Fault kFault = Fault::FAULT;

constexpr std::int64_t kPeriodNs = 100'000'000;
constexpr int kInstruments = 20;

struct Loaded {
  Loaded() {
    if (kFault == Fault::crash_when_loaded) std::abort();
    if (kFault == Fault::exit_when_loaded) std::exit(0);
  }
};
const Loaded kLoaded;

class Steady final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void connect() override {
    wanted_.clear();
    if (kFault != Fault::never_ready) set_timer(kReady, 0);
  }
  void disconnect() override {
    cancel_timer(kReady);
    cancel_timer(kTick);
  }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    if (wanted_.empty()) last_ = now_ns() / kPeriodNs;
    for (const bgw_subscription& s : wanted) {
      std::erase(wanted_, s.instrument);
      wanted_.push_back(s.instrument);
      show(s.instrument, last_);
    }
    set_timer(kTick, 1'000'000);
  }
  void unsubscribe(std::span<const std::uint32_t> instruments) override {
    for (const std::uint32_t instrument : instruments) std::erase(wanted_, instrument);
  }
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte>) override { return BGW_E_INVALID; }
  void on_timer(std::uint32_t id) override {
    if (id == kReady) return ready();
    for (const std::int64_t now = now_ns() / kPeriodNs; last_ < now;) {
      ++last_;
      for (const std::uint32_t instrument : wanted_) show(instrument, last_);
      if (kFault == Fault::dies_soon && ++shown_ == 20) std::abort();
    }
    if (!wanted_.empty()) set_timer(kTick, (last_ + 1) * kPeriodNs - now_ns());
  }

 private:
  static constexpr std::uint32_t kReady = 1;
  static constexpr std::uint32_t kTick = 2;

  void show(std::uint32_t instrument, std::int64_t number) {
    bgw_tick tick{};
    tick.instrument = instrument;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP | BGW_HAS_EXCHANGE_TIME;
    tick.ltp = number % 10'000'000 * BGW_PRICE_SCALE;
    tick.exchange_time_ns = number * kPeriodNs;
    publish(tick);
  }

  std::vector<std::uint32_t> wanted_;
  std::int64_t last_ = 0;
  int shown_ = 0;
};

bgw_status builtin(const bgw_instrument_sink* sink, bgw_error*) {
  for (int i = 1; i <= kInstruments; ++i) {
    const std::string symbol = "S" + std::to_string(i);
    bgw_instrument row{};
    row.size = sizeof row;
    row.place = static_cast<std::uint64_t>(i);
    row.symbol = symbol.c_str();
    row.broker_symbol = symbol.c_str();
    row.exchange = "NSE";
    row.token = symbol.c_str();
    row.instrument_type = "EQ";
    sink->row(sink->context, &row);
  }
  return BGW_OK;
}

const void* extension(const char* id) {
  static constexpr bgw_instruments kTable = {
      sizeof(bgw_instruments), 0, nullptr, builtin, nullptr, nullptr, nullptr, nullptr, nullptr};
  return std::string_view(id) == BGW_EXTENSION_INSTRUMENTS ? &kTable : nullptr;
}

void on_load(const bgw_loader&) {
  while (kFault == Fault::hang_when_loaded) std::this_thread::sleep_for(std::chrono::hours(1));
}

constexpr std::array<bgw_capability, 1> kCapabilities = {
    {{"NSE", BGW_MODE_LTP, BGW_FEED_TICK_BY_TICK, 0, {}, BGW_SNAPSHOT_ON_SUBSCRIBE | BGW_LTP_HAS_TIME}}};
constexpr std::array<bgw_setting, 1> kSettings = {
    {{"account", BGW_SETTING_TEXT, kFault == Fault::needs_more ? std::uint32_t{BGW_SETTING_REQUIRED} : 0U, nullptr,
      "whose it is"}}};
const std::string kVersion = std::to_string(BUILD) + ".0";

const bgw::PluginInfo kInfo = {
    .broker = "steady",
    .version = kVersion.c_str(),
    .vendor = "tests",
    .capabilities = kCapabilities,
    .settings = kSettings,
    .limits = {.size = 0,
               .instruments_per_connection = 0,
               .connections_per_account = kFault == Fault::one_session ? 1U : 0U,
               .batch_size = 1000,
               .batch_interval_ns = 0,
               .heartbeat_period_ns = 0,
               .time_resolution_ns = 1'000'000,
               .depth_limit_count = 0,
               .class_count = 0,
               .depth_limits = nullptr,
               .classes = nullptr},
    .flags = BGW_PLUGIN_SIMULATED,
    .get_extension = extension,
    .min_host_minor = 0,
    .on_load = on_load,
};

}  // namespace

BGW_BROKER_PLUGIN(Steady, kInfo);
