// One source for all plugins of loader_test: VARIANT chooses what is wrong, BROKER is the file's
// name.
#include <cstdlib>
#include <string>

#include "bgw/adapter.hpp"

namespace {

enum class Variant {
  good,
  other_magic,
  other_major,
  other_sizes,
  short_descriptor,
  short_tables,
  no_entry,
  null_descriptor,
  entry_throws,
  null_broker,
  other_name,
  newer_host,
  bad_capabilities,
  bad_settings,
  missing_function,
  unresolved,
  create_throws,
  create_fails,
  initialize_throws,
  initialize_throws_raw,
  says_why,
  two_brokers,
  same_twice,
  ring_of_brokers,
  bad_second,
};
constexpr Variant kVariant = Variant::VARIANT;

// The marks that tests look for: what of this plugin has run.
void mark(const char* what) { ::setenv((std::string(what) + "_" BROKER).c_str(), "1", 1); }
[[maybe_unused]] const bool static_constructor_ran = (mark("CONSTRUCTED"), true);

// A type that only this library knows: it must still be there when somebody looks at what was
// thrown.
struct PrivateException : std::runtime_error {
  using runtime_error::runtime_error;
  const char* what() const noexcept override { return "thrown by " BROKER; }
};

class Adapter final : public bgw::BaseBrokerAdapter {
 public:
  explicit Adapter(const bgw_host& host) : BaseBrokerAdapter(host) {
    mark("CREATED");
    if (kVariant == Variant::create_throws) throw PrivateException("");
    if (kVariant == Variant::create_fails) throw bgw::Error(BGW_E_FATAL, "no room for " BROKER);
  }
  void initialize() override {
    if (kVariant == Variant::initialize_throws) throw PrivateException("");
  }
  void connect() override {}
  void disconnect() override {}
  void subscribe(std::span<const bgw_subscription>) override {}
  void unsubscribe(std::span<const std::uint32_t>) override {}
  bgw_status on_frame(std::uint32_t, std::uint32_t, std::span<const std::byte>) override { return BGW_OK; }
};

#ifdef CALLS_UNRESOLVED
extern "C" void nowhere_to_be_found();
void call_unresolved() { nowhere_to_be_found(); }
#endif

constexpr bgw_capability kCapabilities[] = {
    {"NSE", BGW_MODE_LTP | BGW_MODE_QUOTE | BGW_MODE_DEPTH, BGW_FEED_SNAPSHOT, 2, {5, 20}, 0},
    {"NSE_INDEX", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0},
};
constexpr bgw_capability kBadCapabilities[] = {
    {"NSE", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 1, {5}, 0},
    {"BSE", 8, BGW_FEED_SNAPSHOT, 0, {}, 0},
    {"", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0},
    {"MCX", BGW_MODE_DEPTH, BGW_FEED_SNAPSHOT, 3, {20, 5, 1001}, 0},
    {"CDS", BGW_MODE_DEPTH, BGW_FEED_SNAPSHOT, 9, {1, 2, 3, 4, 5, 6, 7, 8}, 0},
    {"NSE", BGW_MODE_LTP, BGW_FEED_SNAPSHOT, 0, {}, 0},
};
constexpr bgw_setting kBadSettings[] = {
    {"key", BGW_SETTING_TEXT, 0, nullptr, ""},
    {"key", 8, 0, nullptr, ""},
    {nullptr, BGW_SETTING_TEXT, 0, nullptr, ""},
};

bgw_status throw_raw(void*, bgw_error*) { throw PrivateException(""); }

const bgw::PluginInfo kInfo = {
    .broker = BROKER, .version = "1.2", .vendor = "tests", .capabilities = kCapabilities, .settings = {}, .limits = {}};

const bgw_plugin_descriptor* descriptor() {
  static bgw_limits limits{};
  static bgw_adapter_api api = bgw::detail::Thunks<Adapter>::api;
  limits.size = sizeof limits;
  bgw_plugin_descriptor& d = bgw::Broker<Adapter, kInfo>::descriptor();
  d.api = &api;
  d.limits = &limits;
  d.build_tag = "tag";
  switch (kVariant) {
    case Variant::other_magic:
      d.magic = 7;
      break;
    case Variant::other_major:
      d.abi_major = 2;
      break;
    case Variant::other_sizes:
      d.tick_size = 96;
      d.level_size = 16;
      d.capability_size = 40;
      break;
    case Variant::short_descriptor:
      d.size = 64;
      break;
    case Variant::short_tables:
      limits.size = 8;
      api.size = 88;
      break;
    case Variant::null_descriptor:
      return nullptr;
    case Variant::entry_throws:
      throw PrivateException("");
    case Variant::null_broker:
      d.broker = nullptr;
      break;
    case Variant::other_name:
      d.broker = "somebody_else";
      break;
    case Variant::newer_host:
      d.min_host_minor = BGW_ABI_MINOR + 1;
      break;
    case Variant::bad_capabilities:
      d.capabilities = kBadCapabilities;
      d.capability_count = std::size(kBadCapabilities);
      break;
    case Variant::bad_settings:
      d.settings = kBadSettings;
      d.setting_count = std::size(kBadSettings);
      break;
    case Variant::missing_function:
      api.on_timer = nullptr;
      break;
    case Variant::initialize_throws_raw:
      api.initialize = throw_raw;
      break;
    case Variant::two_brokers:
    case Variant::same_twice:
    case Variant::ring_of_brokers:
    case Variant::bad_second: {
      static bgw_plugin_descriptor second = d;
      second.broker = kVariant == Variant::same_twice ? BROKER : BROKER "_other";
      if (kVariant == Variant::bad_second) second.capability_count = 0;
      second.next = kVariant == Variant::ring_of_brokers ? &d : nullptr;
      d.next = &second;
      break;
    }
    default:
      break;
  }
#ifdef CALLS_UNRESOLVED
  call_unresolved();
#endif
  return &d;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) const bgw_plugin_descriptor* ENTRY(const bgw_loader* loader) {
  if (kVariant == Variant::says_why) {
    loader->log(loader->context, BGW_LOG_WARNING, "a line while loading, cut here", 20);
    loader->log(loader->context, 99, nullptr, 5);
    loader->set_error(loader->context, nullptr);
    loader->set_error(loader->context, "found host 0.9,\nexpected 0.12");
    if (loader->get_extension(loader->context, "unknown/1") != nullptr) std::abort();
    return nullptr;
  }
  return descriptor();
}
