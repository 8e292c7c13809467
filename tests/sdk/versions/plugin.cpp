// A plugin that uses every function of its host and says in its log what came of it, for host_versions_test. The
// environment variable GW_VERSIONS gives its own tables other sizes: "api=96,limits=72". What is longer than the table
// has bytes behind it that mean nothing.
#include <cstdlib>

#include "bgw/adapter.hpp"
#include "bgw/rows.hpp"

namespace {

class Versions final : public bgw::BaseBrokerAdapter {
 public:
  using BaseBrokerAdapter::BaseBrokerAdapter;

  void initialize() override {
    url_ = setting("url").value_or("ws://127.0.0.1:1/");
    say("levels " + std::to_string(max_levels()));
  }
  void connect() override {
    try {
      say("request " + std::to_string(http_request({.url = "http://127.0.0.1:1/"})));
    } catch (const bgw::Error& e) {
      say(e.what());
    }
    connection_ = websocket_open(url_);
  }
  void disconnect() override {}
  void on_open(std::uint32_t) override {
    ready();
    if (!post([this] { say("posted"); })) say("no post");
  }
  void subscribe(std::span<const bgw_subscription> wanted) override {
    for (const bgw_subscription& s : wanted) confirm(stream_of(s));
  }
  void unsubscribe(std::span<const std::uint32_t>) override {}
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte> frame) override {
    bgw_tick tick{};
    tick.instrument = 1;
    tick.modes = BGW_MODE_LTP;
    tick.present = BGW_HAS_LTP;
    tick.ltp = static_cast<std::int64_t>(frame.size());
    tick.size = sizeof tick;
    publish(tick);
    dropped(BGW_DROP_LAYOUT, 3);
    list_announced("tag");
    return BGW_OK;
  }
  bgw_status on_close(std::uint32_t, const bgw::Close& close) override {
    say("closed " + std::to_string(close.code) + " '" + std::string(close.reason) + "' '" + std::string(close.body) +
        "' " + std::string(close.header("Why")));
    return BGW_E_TRANSIENT;
  }
  void on_http(std::uint32_t id, const bgw::HttpResponse& response) override {
    say("response " + std::to_string(id) + ' ' + std::to_string(response.status) + " '" + std::string(response.body) +
        "' '" + std::string(response.error) + '\'');
  }

 private:
  void say(const std::string& text) const { log(BGW_LOG_INFO, text); }

  std::string url_;
  std::uint32_t connection_ = 0;
};

// Lines of SYMBOL TOKEN.
bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error*) {
  std::string text;
  char buffer[16];
  while (const std::size_t n = source->read(source->context, buffer, sizeof buffer)) text.append(buffer, n);
  bgw::Rows rows(*sink);
  for (std::uint64_t place = 1; !text.empty(); ++place) {
    const std::string line = text.substr(0, text.find('\n'));
    text.erase(0, line.size() + 1);
    bgw::Row row{};
    row.place = place;
    row.exchange = "NSE_INDEX";
    const std::size_t space = line.find(' ');
    if (space == std::string::npos) {
      rows.skip(row, "found '" + line + "', expected SYMBOL TOKEN");
      continue;
    }
    row.symbol = line.substr(0, space);
    row.token = line.substr(space + 1);
    rows.take(row);
  }
  rows.finish();
  return BGW_OK;
}

// A copy of a table with another size.
template <class Table>
Table& resized(const Table& table, const char* name) {
  alignas(8) static char bytes[sizeof(Table) + 256];
  std::memset(bytes, 0xA5, sizeof bytes);
  auto& copy = *reinterpret_cast<Table*>(bytes);
  copy = table;
  const std::string wanted = std::getenv("GW_VERSIONS") != nullptr ? std::getenv("GW_VERSIONS") : "";
  const std::size_t at = wanted.find(std::string(name) + '=');
  if (at != std::string::npos)
    copy.size = static_cast<std::uint32_t>(std::strtoul(wanted.c_str() + at + std::strlen(name) + 1, nullptr, 10));
  return copy;
}

const void* extension(const char* id) {
  static constexpr bgw_instruments kInstruments{
      sizeof(bgw_instruments), 0, parse, nullptr, nullptr, nullptr, "row", nullptr, nullptr};
  static constexpr bgw_credentials kCredentials{
      sizeof(bgw_credentials), 0, "https://localhost/", nullptr,
      [](std::int32_t, const char*, std::size_t, bgw_error*) noexcept -> bgw_status { return BGW_OK; }};
  if (std::string_view(id) == BGW_EXTENSION_INSTRUMENTS) return &resized(kInstruments, "instruments");
  if (std::string_view(id) == BGW_EXTENSION_CREDENTIALS) return &resized(kCredentials, "credentials");
  return nullptr;
}

void on_load(const bgw_loader& loader) {
  constexpr std::string_view kText = "loading";
  if (BGW_HAS(&loader, log)) loader.log(loader.context, BGW_LOG_INFO, kText.data(), kText.size());
  if (std::getenv("GW_VERSIONS_REFUSE") != nullptr) throw bgw::Error(BGW_E_FATAL, "this machine has no license");
}

constexpr bgw_capability kCapabilities[] = {{"NSE", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0},
                                            {"NSE_INDEX", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0}};
const bgw::PluginInfo kInfo = {.broker = "versions",
                               .version = "0.9",
                               .vendor = "tests",
                               .capabilities = kCapabilities,
                               .settings = {},
                               .get_extension = extension,
                               .on_load = on_load};

}  // namespace

extern "C" __attribute__((visibility("default"))) const bgw_plugin_descriptor* bgw_plugin_entry(
    const bgw_loader* loader) {
  const bgw_plugin_descriptor* made = bgw::detail::enter<bgw::Broker<Versions, kInfo>>(loader);
  if (made == nullptr) return nullptr;
  bgw_plugin_descriptor& descriptor = resized(*made, "descriptor");
  descriptor.limits = &resized(*made->limits, "limits");
  descriptor.api = &resized(*made->api, "api");
  return &descriptor;
}
