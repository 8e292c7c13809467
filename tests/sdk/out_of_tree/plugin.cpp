// The smallest plugin that serves ticks: it sends "SUB TOKEN MODE LEVEL" to its broker, and the broker answers with
// lines of "L TOKEN PRICE". It is built by several compilers, and one instrument comes with it.
#include <map>

#include "bgw/adapter.hpp"
#include "bgw/decimal.hpp"

namespace {

class Outside final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override { url_ = setting("url").value_or(""); }
  void connect() override { connection_ = websocket_open(url_); }
  void disconnect() override { websocket_close(connection_); }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    for (const bgw_subscription& s : wanted) {
      held_[s.token] = {s.instrument, s.price_exponent};
      send_text(connection_,
                std::string("SUB ") + s.token + ' ' + std::to_string(s.mode) + ' ' + std::to_string(s.depth_level));
    }
  }
  void unsubscribe(std::span<const std::uint32_t> instruments) override {
    for (const std::uint32_t i : instruments)
      std::erase_if(held_, [i](const auto& known) { return known.second.instrument == i; });
  }
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    const std::string_view text(reinterpret_cast<const char*>(frame.data()), frame.size());
    const std::size_t space = text.find(' ', 2);
    if (!text.starts_with("L ") || space == std::string_view::npos) return BGW_E_INVALID;
    const auto found = held_.find(text.substr(2, space - 2));
    if (found == held_.end()) {
      dropped(BGW_DROP_UNKNOWN);
      return BGW_OK;
    }
    const auto price = bgw::decimal(text.substr(space + 1), found->second.price_exponent);
    // What is thrown must not leave the library, whichever C++ library it was built with.
    if (!price) throw bgw::Error(BGW_E_INVALID, "found '" + std::string(text) + "', expected a price");
    bgw_tick tick{};
    tick.instrument = found->second.instrument;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP;
    tick.ltp = *price;
    publish(tick);
    return BGW_OK;
  }

 private:
  std::string url_;
  std::uint32_t connection_ = 0;
  struct Held {
    std::uint32_t instrument;
    std::int32_t price_exponent;
  };
  std::map<std::string, Held, std::less<>> held_;  // by token
};

constexpr bgw_capability kCapabilities[] = {{"NSE", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0}};
constexpr bgw_setting kSettings[] = {
    {"url", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, nullptr, "where the broker listens"}};

bgw_status builtin(const bgw_instrument_sink* sink, bgw_error*) {
  bgw_instrument row{};
  row.size = sizeof row;
  row.symbol = "SHARE";
  row.exchange = "NSE";
  row.token = "share";
  row.instrument_type = "EQ";
  sink->row(sink->context, &row);
  return BGW_OK;
}

const void* extension(const char* id) {
  static constexpr bgw_instruments kInstruments{
      sizeof(bgw_instruments), 0, nullptr, &builtin, nullptr, nullptr, nullptr, nullptr, nullptr};
  return std::string_view(id) == BGW_EXTENSION_INSTRUMENTS ? &kInstruments : nullptr;
}

const bgw::PluginInfo kInfo = {.broker = "outside",
                               .version = "0.1",
                               .vendor = "Somebody",
                               .capabilities = kCapabilities,
                               .settings = kSettings,
                               .limits = {},
                               .get_extension = extension};

}  // namespace

BGW_BROKER_PLUGIN(Outside, kInfo);
