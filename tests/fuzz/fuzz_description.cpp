// A description of a plugin that its process has changed: nothing is read behind its end, and what passes the checks
// can be read whole.
#include <cstdint>
#include <string>

#include "core/feed_process/description.hpp"
#include "core/plugin_host/descriptor_check.hpp"
#include "core/registry/limits.hpp"

namespace {

using gw::feed_process::Description;

// The bytes of a description with some of everything.
const std::string& good() {
  static const std::string bytes = [] {
    static const bgw_capability can{"NSE", 7, BGW_FEED_SNAPSHOT, 1, {5}, 0};
    static const bgw_setting setting{"token", BGW_SETTING_TEXT, BGW_SETTING_SECRET, "none", "what it is for"};
    static const bgw_depth_limit level{20, 50, 2, 0};
    static const bgw_connection_class kind{"feed", 3, 1000, 7, 1, {5}, "NSE BSE"};
    static const char* const names[] = {"token", nullptr};
    bgw_limits limits{};
    limits.size = sizeof limits;
    limits.depth_limit_count = limits.class_count = 1;
    limits.depth_limits = &level;
    limits.classes = &kind;
    bgw_plugin_descriptor d{};
    d.magic = BGW_ABI_MAGIC;
    d.size = sizeof d;
    d.abi_major = BGW_ABI_MAJOR;
    d.tick_size = sizeof(bgw_tick);
    d.tick_rare_size = sizeof(bgw_tick_rare);
    d.level_size = sizeof(bgw_level);
    d.book_size = sizeof(bgw_book);
    d.update_size = sizeof(bgw_update);
    d.capability_size = sizeof can;
    d.setting_size = sizeof setting;
    d.subscription_size = sizeof(bgw_subscription);
    d.value_size = sizeof(bgw_value);
    d.header_size = sizeof(bgw_header);
    d.depth_limit_size = sizeof level;
    d.connection_class_size = sizeof kind;
    d.capability_count = d.setting_count = 1;
    d.broker = "acme";
    d.version = d.vendor = d.sdk_version = d.build_tag = "1";
    d.capabilities = &can;
    d.settings = &setting;
    d.limits = &limits;
    bgw_instruments list{};
    list.size = sizeof list;
    list.url = list.headers = list.place_word = "https://example.com/{token}";
    bgw_credentials credentials{};
    credentials.size = sizeof credentials;
    credentials.url = credentials.headers = "https://example.com/";
    bgw_login login{};
    login.size = sizeof login;
    login.needs = login.stores = names;
    gw::feed_process::Packer to;
    put_description(to, {d, &list, &credentials, &login});
    return to.bytes();
  }();
  return bytes;
}

std::size_t length_of(const char* text) { return text == nullptr ? 0 : std::string(text).size(); }

std::size_t read_all(const Description& whole) {
  const bgw_plugin_descriptor& d = whole.descriptor();
  std::size_t sum = length_of(d.version) + gw::registry::Limits(*d.limits).classes.size();
  for (std::uint32_t i = 0; i < d.setting_count; ++i)
    sum += length_of(d.settings[i].name) + length_of(d.settings[i].default_value) + length_of(d.settings[i].help);
  if (const bgw_instruments* list = whole.instruments())
    sum += length_of(list->url) + length_of(list->headers) + length_of(list->place_word);
  if (const bgw_credentials* credentials = whole.credentials())
    sum += length_of(credentials->url) + length_of(credentials->headers);
  if (const bgw_login* login = whole.login())
    for (const char* const* list : {login->needs, login->stores})
      for (; *list != nullptr; ++list) sum += length_of(*list);
  return sum;
}

void read(const std::string& bytes) {
  gw::feed_process::Unpacker from(bytes);
  const Description whole(from);
  static volatile std::size_t kept;
  if (from.is_whole() && gw::plugin_host::check_descriptor(&whole.descriptor(), "acme").empty()) kept = read_all(whole);
}

}  // namespace

// The first two bytes say where the others lie over those of a good one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  read(std::string(reinterpret_cast<const char*>(data), size));
  if (size < 2) return 0;
  std::string bytes = good();
  const std::size_t at = (data[0] | std::size_t{data[1]} << 8) % bytes.size();
  bytes.replace(at, size - 2, reinterpret_cast<const char*>(data) + 2, size - 2);
  read(bytes);
  return 0;
}
