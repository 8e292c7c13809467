// The smallest plugin that serves ticks: it sends an instrument's token to its broker, and the
// broker answers with lines of TOKEN PRICE.
#include <charconv>
#include <map>

#include "bgw/adapter.hpp"

namespace {

class Outside final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override { url_ = setting("url").value_or(""); }
  void connect() override { connection_ = websocket_open(url_); }
  void disconnect() override { websocket_close(connection_); }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    for (const bgw_subscription& s : wanted) {
      handles_[s.token] = s.instrument;
      send_text(connection_, s.token);
    }
  }
  void unsubscribe(std::span<const std::uint32_t> instruments) override {
    for (const std::uint32_t i : instruments)
      std::erase_if(handles_, [i](const auto& known) { return known.second == i; });
  }
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    const std::string_view text(reinterpret_cast<const char*>(frame.data()), frame.size());
    const std::size_t space = text.find(' ');
    if (space == std::string_view::npos) return BGW_E_INVALID;
    const auto found = handles_.find(text.substr(0, space));
    if (found == handles_.end()) return BGW_OK;
    std::int64_t rupees = 0;
    std::from_chars(text.data() + space + 1, text.data() + text.size(), rupees);
    bgw_tick tick{};
    tick.instrument = found->second;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP;
    tick.ltp = rupees * BGW_PRICE_SCALE;
    publish(tick);
    return BGW_OK;
  }

 private:
  std::string url_;
  std::uint32_t connection_ = 0;
  std::map<std::string, std::uint32_t, std::less<>> handles_;
};

constexpr bgw_capability kCapabilities[] = {{"NSE", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0}};
constexpr bgw_setting kSettings[] = {
    {"url", BGW_SETTING_TEXT, BGW_SETTING_REQUIRED, nullptr, "where the broker listens"}};

const bgw::PluginInfo kInfo = {.broker = "outside",
                               .version = "0.1",
                               .vendor = "Somebody",
                               .capabilities = kCapabilities,
                               .settings = kSettings,
                               .limits = {},
                               .get_extension = nullptr};

}  // namespace

BGW_BROKER_PLUGIN(Outside, kInfo);
