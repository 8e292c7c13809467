#include "core/plugin_host/descriptor_check.hpp"

#include <cstring>
#include <set>

#include "core/base/exponents.hpp"
#include "core/registry/limits.hpp"

namespace gw::plugin_host {
namespace {

// Sizes in the first contract, 0.9. They are numbers and not sizeof, so that a host whose tables have grown still takes
// the plugins of before.
namespace first {
constexpr std::uint32_t kTick = 128;
constexpr std::uint32_t kTickRare = 64;
constexpr std::uint32_t kBook = 48;
constexpr std::uint32_t kLevel = 24;
constexpr std::uint32_t kUpdate = 40;
constexpr std::uint32_t kCapability = 48;
constexpr std::uint32_t kSetting = 32;
constexpr std::uint32_t kSubscription = 96;
constexpr std::uint32_t kValue = 16;
constexpr std::uint32_t kHeader = 16;
constexpr std::uint32_t kDepthLimit = 16;
constexpr std::uint32_t kConnectionClass = 56;
constexpr std::uint32_t kDescriptor = 168;
constexpr std::uint32_t kLimits = 64;
constexpr std::uint32_t kApi = 96;  // without what a plugin may leave out: on_http and get_extension
}  // namespace first

class Differences {
 public:
  void add(const std::string& what, const std::string& found, const std::string& expected) {
    if (!text_.empty()) text_ += "; ";
    text_ += what + ": found " + found + ", expected " + expected;
  }
  void add_text(const std::string& text) { text_ += (text_.empty() ? "" : "; ") + text; }
  // A difference in what the compiler put there: a new build mends it.
  void add_built(const std::string& what, const std::string& found, const std::string& expected) {
    add(what, found, expected);
    needs_rebuild_ = true;
  }
  void equal(const char* what, std::uint64_t found, std::uint64_t expected) {
    if (found != expected) add_built(what, std::to_string(found), std::to_string(expected));
  }
  void at_least(const char* what, std::uint64_t found, std::uint64_t expected) {
    if (found < expected) add_built(what, std::to_string(found), "at least " + std::to_string(expected));
  }
  bool needs_rebuild() const { return needs_rebuild_; }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
  bool needs_rebuild_ = false;
};

std::string shown(const char* text) {
  if (text == nullptr) return "nothing";
  return '\'' + std::string(text, strnlen(text, 64)) + '\'';
}

bool is_broker_name(const char* name) {
  if (name == nullptr || *name < 'a' || *name > 'z') return false;
  const std::size_t length = strnlen(name, 32);
  return length < 32 && std::strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == length;
}

void check_capabilities(const bgw_plugin_descriptor& d, Differences& out) {
  if (d.capability_count == 0 || d.capability_count > 256 || d.capabilities == nullptr)
    return out.add("capabilities", std::to_string(d.capability_count), "1 to 256");
  std::set<std::string> exchanges;
  for (std::uint32_t i = 0; i < d.capability_count; ++i) {
    const bgw_capability& c = d.capabilities[i];
    const std::size_t length = strnlen(c.exchange, sizeof c.exchange);
    const std::string where = "capability of " + std::string(c.exchange, length);
    if (length == 0 || length == sizeof c.exchange)
      out.add("capability " + std::to_string(i), "no exchange name", "1 to 15 letters");
    else if (!exchanges.insert(std::string(c.exchange, length)).second)
      out.add(where, "it twice", "it once");
    if (c.modes == 0 || (c.modes & ~7U) != 0) out.add(where, "modes " + std::to_string(c.modes), "bits of 1, 2 and 4");
    if (c.depth_count > 8) out.add(where, std::to_string(c.depth_count) + " depth levels", "at most 8");
    if (c.depth_count <= 8 && (c.depth_count != 0) != ((c.modes & BGW_MODE_DEPTH) != 0))
      out.add(where, std::to_string(c.depth_count) + " depth levels", "depth levels with mode 4, and none without it");
    for (std::uint32_t k = 0; k < c.depth_count && k < 8; ++k)
      if (c.depths[k] == 0 || c.depths[k] > kMaxBookLevels || (k > 0 && c.depths[k] <= c.depths[k - 1]))
        out.add(where, "depth level " + std::to_string(c.depths[k]), "ascending levels of 1 to 1000");
  }
}

void check_settings(const bgw_plugin_descriptor& d, Differences& out) {
  if (d.setting_count > 256 || (d.setting_count != 0 && d.settings == nullptr))
    return out.add("settings", std::to_string(d.setting_count), "at most 256");
  std::set<std::string> names;
  for (std::uint32_t i = 0; i < d.setting_count; ++i) {
    const bgw_setting& s = d.settings[i];
    if (s.name == nullptr || *s.name == '\0')
      out.add("setting " + std::to_string(i), "no name", "one");
    else if (!names.insert(s.name).second)
      out.add("setting", shown(s.name) + " twice", "it once");
    if (s.type > BGW_SETTING_WEB_URL) out.add("setting " + shown(s.name), "type " + std::to_string(s.type), "0 to 7");
  }
}

// All of them have been there since the first contract, so that `size` covers them.
bool has_every_function(const bgw_adapter_api& a) {
  return a.create != nullptr && a.destroy != nullptr && a.initialize != nullptr && a.connect != nullptr &&
         a.disconnect != nullptr && a.subscribe != nullptr && a.unsubscribe != nullptr && a.on_open != nullptr &&
         a.on_frame != nullptr && a.on_close != nullptr && a.on_timer != nullptr;
}

void check_whole(const bgw_plugin_descriptor& d, const std::string& stem, Differences& out) {
  out.at_least("tick_size", d.tick_size, first::kTick);
  out.at_least("tick_rare_size", d.tick_rare_size, first::kTickRare);
  out.at_least("book_size", d.book_size, first::kBook);
  out.equal("level_size", d.level_size, first::kLevel);
  out.equal("update_size", d.update_size, first::kUpdate);
  out.equal("capability_size", d.capability_size, first::kCapability);
  out.equal("setting_size", d.setting_size, first::kSetting);
  out.equal("subscription_size", d.subscription_size, first::kSubscription);
  out.equal("value_size", d.value_size, first::kValue);
  out.equal("header_size", d.header_size, first::kHeader);
  out.equal("depth_limit_size", d.depth_limit_size, first::kDepthLimit);
  out.equal("connection_class_size", d.connection_class_size, first::kConnectionClass);
  if (d.min_host_minor > BGW_ABI_MINOR)
    out.add("min_host_minor", std::to_string(d.min_host_minor),
            "at most " + std::to_string(BGW_ABI_MINOR) + " (a newer gateway)");
  if (!is_broker_name(d.broker))
    out.add("broker", shown(d.broker), "a letter, then up to 30 of a-z, 0-9 and _");
  else if (!stem.empty() && stem != d.broker)
    out.add("file name", stem + ".so", std::string(d.broker) + ".so (the broker's name)");
  for (const auto& [what, text] : {std::pair{"version", d.version}, std::pair{"vendor", d.vendor},
                                   std::pair{"sdk_version", d.sdk_version}, std::pair{"build_tag", d.build_tag}})
    if (text == nullptr) out.add(what, "nothing", "text");
  // The limits can be read only when their elements have the size that we know.
  if (d.depth_limit_size == first::kDepthLimit && d.connection_class_size == first::kConnectionClass) {
    if (d.limits != nullptr && d.limits->size < first::kLimits)
      out.add_built("limits", "size " + std::to_string(d.limits->size), "at least " + std::to_string(first::kLimits));
    else if (const std::string problem = registry::Limits::problem_of(d.limits); !problem.empty())
      out.add_text("limits: " + problem);
  }
  if (d.api == nullptr || d.api->size < first::kApi)
    out.add_built("api", d.api == nullptr ? "nothing" : "size " + std::to_string(d.api->size),
                  "size " + std::to_string(first::kApi));
  else if (!has_every_function(*d.api))
    out.add("api", "a missing function", "all of them");
  // The arrays can be walked only when their elements have the size that we know.
  if (d.capability_size == first::kCapability) check_capabilities(d, out);
  if (d.setting_size == first::kSetting) check_settings(d, out);
}

}  // namespace

std::string check_descriptor(const bgw_plugin_descriptor* d, const std::string& stem) {
  if (d == nullptr) return "descriptor: found nothing, expected one";
  Differences out;
  if (d->magic != BGW_ABI_MAGIC) {
    out.add("magic", std::to_string(d->magic), std::to_string(BGW_ABI_MAGIC));
    return out.text();
  }
  if (d->size < offsetof(bgw_plugin_descriptor, min_host_minor)) {
    out.at_least("descriptor size", d->size, first::kDescriptor);
    return out.text();
  }
  const std::string rebuild = ". Rebuild it with BrokerGatewaySDK " + std::to_string(BGW_ABI_MAJOR) + ".x";
  if (d->abi_major != BGW_ABI_MAJOR) {  // what follows may mean something else there
    out.add("abi", std::to_string(d->abi_major) + '.' + std::to_string(d->abi_minor),
            std::to_string(BGW_ABI_MAJOR) + ".x");
    return out.text() + rebuild;
  }
  if (d->size < first::kDescriptor) {
    out.at_least("descriptor size", d->size, first::kDescriptor);
    return out.text() + rebuild;
  }
  check_whole(*d, stem, out);
  if (!out.needs_rebuild()) return out.text();
  std::string text = out.text() + rebuild;
  if (d->build_tag != nullptr) text += " (built with " + std::string(d->build_tag, strnlen(d->build_tag, 80)) + ')';
  return text;
}

}  // namespace gw::plugin_host
