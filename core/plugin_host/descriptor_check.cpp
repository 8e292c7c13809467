#include "core/plugin_host/descriptor_check.hpp"

#include <cstring>
#include <set>

namespace gw::plugin_host {
namespace {

class Differences {
 public:
  void add(const std::string& what, const std::string& found, const std::string& expected) {
    if (!text_.empty()) text_ += "; ";
    text_ += what + ": found " + found + ", expected " + expected;
  }
  // A difference in what the compiler put there: a new build mends it.
  void add_built(const std::string& what, const std::string& found, const std::string& expected) {
    add(what, found, expected);
    needs_rebuild_ = true;
  }
  void equal(const char* what, std::uint64_t found, std::uint64_t expected) {
    if (found != expected) add_built(what, std::to_string(found), std::to_string(expected));
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
      if (c.depths[k] == 0 || c.depths[k] > BGW_MAX_LEVELS || (k > 0 && c.depths[k] <= c.depths[k - 1]))
        out.add(where, "depth level " + std::to_string(c.depths[k]), "ascending levels of 1 to 200");
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
    if (s.type > BGW_SETTING_INTEGERS) out.add("setting " + shown(s.name), "type " + std::to_string(s.type), "0 to 5");
  }
}

// All of them have been there since 1.0, so that `size` covers them.
bool has_every_function(const bgw_adapter_api& a) {
  return a.create != nullptr && a.destroy != nullptr && a.initialize != nullptr && a.connect != nullptr &&
         a.disconnect != nullptr && a.subscribe != nullptr && a.unsubscribe != nullptr && a.on_open != nullptr &&
         a.on_frame != nullptr && a.on_close != nullptr && a.on_timer != nullptr;
}

void check_whole(const bgw_plugin_descriptor& d, const std::string& stem, Differences& out) {
  out.equal("tick_size", d.tick_size, sizeof(bgw_tick));
  out.equal("tick_rare_size", d.tick_rare_size, sizeof(bgw_tick_rare));
  out.equal("level_size", d.level_size, sizeof(bgw_level));
  out.equal("book_size", d.book_size, sizeof(bgw_book));
  out.equal("update_size", d.update_size, sizeof(bgw_update));
  out.equal("capability_size", d.capability_size, sizeof(bgw_capability));
  out.equal("setting_size", d.setting_size, sizeof(bgw_setting));
  if (d.min_host_minor > BGW_ABI_MINOR)
    out.add("min_host_minor", std::to_string(d.min_host_minor),
            "at most " + std::to_string(BGW_ABI_MINOR) + " (a newer gateway)");
  if (!is_broker_name(d.broker))
    out.add("broker", shown(d.broker), "a letter, then up to 30 of a-z, 0-9 and _");
  else if (stem != d.broker)
    out.add("file name", stem + ".so", std::string(d.broker) + ".so (the broker's name)");
  for (const auto& [what, text] : {std::pair{"version", d.version}, std::pair{"vendor", d.vendor},
                                   std::pair{"sdk_version", d.sdk_version}, std::pair{"build_tag", d.build_tag}})
    if (text == nullptr) out.add(what, "nothing", "text");
  if (d.limits == nullptr || d.limits->size < sizeof(bgw_limits))
    out.add_built("limits", d.limits == nullptr ? "nothing" : "size " + std::to_string(d.limits->size),
                  "size " + std::to_string(sizeof(bgw_limits)));
  else if (d.limits->depth_limit_count != 0 && d.limits->depth_limits == nullptr)
    out.add("limits", "no depth_limits", std::to_string(d.limits->depth_limit_count) + " of them");
  if (d.api == nullptr || d.api->size < sizeof(bgw_adapter_api))
    out.add_built("api", d.api == nullptr ? "nothing" : "size " + std::to_string(d.api->size),
                  "size " + std::to_string(sizeof(bgw_adapter_api)));
  else if (!has_every_function(*d.api))
    out.add("api", "a missing function", "all of them");
  // The arrays can be walked only when their elements have the size that we know.
  if (d.capability_size == sizeof(bgw_capability)) check_capabilities(d, out);
  if (d.setting_size == sizeof(bgw_setting)) check_settings(d, out);
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
    out.equal("descriptor size", d->size, sizeof(bgw_plugin_descriptor));
    return out.text();
  }
  const std::string rebuild = ". Rebuild it with BrokerGatewaySDK " + std::to_string(BGW_ABI_MAJOR) + ".x";
  if (d->abi_major != BGW_ABI_MAJOR) {  // what follows may mean something else there
    out.add("abi", std::to_string(d->abi_major) + '.' + std::to_string(d->abi_minor),
            std::to_string(BGW_ABI_MAJOR) + ".x");
    return out.text() + rebuild;
  }
  if (d->size < sizeof(bgw_plugin_descriptor)) {
    out.equal("descriptor size", d->size, sizeof(bgw_plugin_descriptor));
    return out.text() + rebuild;
  }
  check_whole(*d, stem, out);
  if (!out.needs_rebuild()) return out.text();
  std::string text = out.text() + rebuild;
  if (d->build_tag != nullptr) text += " (built with " + std::string(d->build_tag, strnlen(d->build_tag, 80)) + ')';
  return text;
}

}  // namespace gw::plugin_host
