#include "core/feed_process/description.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

namespace gw::feed_process {
namespace {

// ---- functions that are somewhere else: there is one where the plugin has one, and it does nothing

template <class F>
struct Elsewhere;
template <class R, class... A>
struct Elsewhere<R (*)(A...)> {
  static R call(A...) noexcept {
    if constexpr (std::is_integral_v<R> || std::is_enum_v<R>) return static_cast<R>(BGW_E_STATE);
    if constexpr (std::is_pointer_v<R>) return nullptr;
  }
};

template <class F>
void put_elsewhere(F& function, bool is_there) {
  function = is_there ? &Elsewhere<F>::call : nullptr;
}

bgw_adapter_api make_api() {
  bgw_adapter_api api{};
  api.size = sizeof api;
  const auto fill = [](auto&... function) { (put_elsewhere(function, true), ...); };
  fill(api.create, api.destroy, api.initialize, api.connect, api.disconnect, api.subscribe, api.unsubscribe,
       api.on_open, api.on_frame, api.on_close, api.on_timer);
  return api;
}
const bgw_adapter_api kApi = make_api();

// ---- records that may be longer or shorter than ours

template <class Record>
Record known_part(const Record& record) {
  Record plain{};
  std::memcpy(&plain, &record, std::min<std::size_t>(record.size, sizeof plain));
  plain.size = std::min<std::uint32_t>(record.size, sizeof plain);
  return plain;
}

void put_name(Packer& to, const char* text) {
  to.put(text != nullptr);
  if (text != nullptr) to.put_text(text);
}

void put_names(Packer& to, const char* const* list) {
  std::vector<const char*> names;
  for (; *list != nullptr; ++list) names.push_back(*list);
  to.put_list(names, [&to](const char* name) { to.put_text(name); });
}

template <class T, class F>
void put_array(Packer& to, const T* list, std::size_t count, F&& each) {
  to.put_list(std::vector<T>(list, list + (list == nullptr ? 0 : count)), each);
}

void put_limits(Packer& to, const bgw_limits& declared) {
  const bgw_limits limits = known_part(declared);
  to.put(limits);
  put_array(to, limits.depth_limits, limits.depth_limit_count, [&to](const bgw_depth_limit& d) { to.put(d); });
  put_array(to, limits.classes, limits.class_count, [&to](const bgw_connection_class& c) {
    to.put(c);
    put_name(to, c.exchanges);
  });
}

void put_list_table(Packer& to, const bgw_instruments* declared) {
  to.put(declared != nullptr);
  if (declared == nullptr) return;
  const bgw_instruments table = known_part(*declared);
  to.put(table);
  for (const char* text : {table.url, table.headers, table.place_word}) put_name(to, text);
}

void put_credentials(Packer& to, const bgw_credentials* declared) {
  to.put(declared != nullptr);
  if (declared == nullptr) return;
  const bgw_credentials table = known_part(*declared);
  to.put(table);
  for (const char* text : {table.url, table.headers}) put_name(to, text);
}

void put_login(Packer& to, const bgw_login* declared) {
  to.put(declared != nullptr);
  if (declared == nullptr) return;
  const bgw_login table = known_part(*declared);
  to.put(table);
  put_names(to, table.needs);
  put_names(to, table.stores);
}

}  // namespace

void put_description(Packer& to, const Declared& broker) {
  const bgw_plugin_descriptor d = known_part(broker.descriptor);
  to.put(d);
  for (const char* text : {d.broker, d.version, d.vendor, d.sdk_version, d.build_tag}) put_name(to, text);
  put_array(to, d.capabilities, d.capability_count, [&to](const bgw_capability& c) { to.put(c); });
  put_array(to, d.settings, d.setting_count, [&to](const bgw_setting& s) {
    to.put(s);
    for (const char* text : {s.name, s.default_value, s.help}) put_name(to, text);
  });
  put_limits(to, *d.limits);
  put_list_table(to, broker.instruments);
  put_credentials(to, broker.credentials);
  put_login(to, broker.login);
}

Description::Description(Unpacker& from) {
  take_descriptor(from);
  take_limits(from);
  take_instruments(from);
  take_credentials(from);
  take_login(from);
}

void Description::take_descriptor(Unpacker& from) {
  descriptor_ = from.take<bgw_plugin_descriptor>();
  for (const char** text : {&descriptor_.broker, &descriptor_.version, &descriptor_.vendor, &descriptor_.sdk_version,
                            &descriptor_.build_tag})
    *text = take_name(from);
  capabilities_ = from.take_list<bgw_capability>([&from] { return from.take<bgw_capability>(); });
  settings_ = from.take_list<bgw_setting>([this, &from] {
    auto setting = from.take<bgw_setting>();
    for (const char** text : {&setting.name, &setting.default_value, &setting.help}) *text = take_name(from);
    return setting;
  });
  descriptor_.capabilities = capabilities_.data();
  descriptor_.capability_count = static_cast<std::uint32_t>(capabilities_.size());
  descriptor_.settings = settings_.data();
  descriptor_.setting_count = static_cast<std::uint32_t>(settings_.size());
  descriptor_.limits = &limits_;
  descriptor_.api = &kApi;
  descriptor_.get_extension = nullptr;
  descriptor_.next = nullptr;
}

const char* Description::take_name(Unpacker& from) {
  if (!from.take<bool>()) return nullptr;
  return texts_.emplace_back(from.take_text()).c_str();
}

std::vector<const char*> Description::take_names(Unpacker& from) {
  auto names = from.take_list<const char*>([this, &from] { return texts_.emplace_back(from.take_text()).c_str(); });
  names.push_back(nullptr);
  return names;
}

void Description::take_limits(Unpacker& from) {
  limits_ = from.take<bgw_limits>();
  depth_limits_ = from.take_list<bgw_depth_limit>([&from] { return from.take<bgw_depth_limit>(); });
  classes_ = from.take_list<bgw_connection_class>([this, &from] {
    auto one = from.take<bgw_connection_class>();
    one.exchanges = take_name(from);
    return one;
  });
  limits_.depth_limits = depth_limits_.data();
  limits_.depth_limit_count = static_cast<std::uint32_t>(depth_limits_.size());
  limits_.classes = classes_.data();
  limits_.class_count = static_cast<std::uint32_t>(classes_.size());
}

void Description::take_instruments(Unpacker& from) {
  has_instruments_ = from.take<bool>();
  if (!has_instruments_) return;
  instruments_ = from.take<bgw_instruments>();
  for (const char** text : {&instruments_.url, &instruments_.headers, &instruments_.place_word})
    *text = take_name(from);
  put_elsewhere(instruments_.parse, instruments_.parse != nullptr);
  put_elsewhere(instruments_.builtin, instruments_.builtin != nullptr);
  put_elsewhere(instruments_.next_page, instruments_.next_page != nullptr);
  put_elsewhere(instruments_.judge, instruments_.judge != nullptr);
  instruments_.size = sizeof instruments_;
}

void Description::take_credentials(Unpacker& from) {
  has_credentials_ = from.take<bool>();
  if (!has_credentials_) return;
  credentials_ = from.take<bgw_credentials>();
  for (const char** text : {&credentials_.url, &credentials_.headers}) *text = take_name(from);
  put_elsewhere(credentials_.judge, true);
  has_credentials_ = credentials_.url != nullptr;
  credentials_.size = sizeof credentials_;
}

void Description::take_login(Unpacker& from) {
  has_login_ = from.take<bool>();
  if (!has_login_) return;
  login_ = from.take<bgw_login>();
  needs_ = take_names(from);
  stores_ = take_names(from);
  login_.needs = needs_.data();
  login_.stores = stores_.data();
  put_elsewhere(login_.page, (login_.flags & BGW_LOGIN_BY_PAGE) != 0);
  put_elsewhere(login_.run, true);
  login_.size = sizeof login_;
}

}  // namespace gw::feed_process
