// Finds instruments in a broker's list, by words.
#include <algorithm>
#include <cstdio>

#include <nlohmann/json.hpp>

#include "apps/gateway/commands/commands.hpp"
#include "apps/gateway/instrument_update.hpp"
#include "apps/gateway/isolation.hpp"
#include "apps/gateway/plugin_scan.hpp"
#include "apps/gateway/plugin_tasks/list_tasks.hpp"
#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/instruments/import.hpp"
#include "core/instruments/instrument_store.hpp"
#include "core/instruments/search.hpp"
#include "core/instruments/suggestions.hpp"
#include "core/protocol/number_writer.hpp"

namespace gw::app {
namespace {

using Json = nlohmann::json;
using instruments::InstrumentView;

constexpr std::size_t kColumns = 80;
constexpr std::string_view kExpired = " (expired)";

std::string joined(const std::vector<std::string>& words, std::string_view between) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : between).append(word);
  return text;
}

// The list that the gateway itself would use: the imported one, else the built-in one, which needs no database.
Result<std::shared_ptr<const instruments::Index>> index_of(const std::string& database,
                                                           const plugin_host::Library* library,
                                                           const std::string& plugin,
                                                           const std::optional<TaskOptions>& process) {
  const bgw_instruments* extension = library == nullptr ? nullptr : library->instruments();
  const bool is_built_in = extension != nullptr && extension->builtin != nullptr;
  if (!is_built_in || database::identity_of(database).exists()) {
    const auto opened = open_for_command(database);
    if (!opened) return opened.error();
    instruments::InstrumentStore store(**opened);
    const auto generation = store.generation(plugin);
    if (!generation) return generation.error();
    if (*generation != 0 || !is_built_in) return store.load(plugin);
  }
  instruments::Import import(import_rules(*library));
  if (const auto read = ListCalls(*library, process).read_builtin(import); !read) return read.error();
  return std::make_shared<const instruments::Index>(import.index());
}

// The plugin of a configured broker. Empty: there is no such broker.
std::string configured_plugin(const config::Config& config, const std::string& broker) {
  for (const config::Broker& b : config.brokers)
    if (b.name == broker) return b.plugin;
  return {};
}

// One row in 80 columns: what does not fit of the name is cut.
class Table {
 public:
  explicit Table(const std::vector<InstrumentView>& rows) {
    for (const InstrumentView& row : rows) {
      symbol_ = std::max(symbol_, row.symbol.size());
      exchange_ = std::max(exchange_, row.exchange.size());
      type_ = std::max(type_, std::min<std::size_t>(row.instrument_type.size(), 8));
      expiry_ = std::max(expiry_, row.expiry.size());
    }
  }
  std::string line(const InstrumentView& row, bool is_over) const {
    std::string text =
        padded(row.symbol, symbol_) + padded(row.exchange, exchange_) + padded(cut(row.instrument_type, type_), type_);
    if (expiry_ != 0) text += padded(row.expiry, expiry_);
    const std::size_t taken = text.size() + (is_over ? kExpired.size() : 0);
    if (taken < kColumns) text += cut(row.name, kColumns - taken);
    text.resize(text.find_last_not_of(' ') + 1);
    return is_over ? text.append(kExpired) : text;
  }

 private:
  static std::string padded(std::string_view text, std::size_t size) {
    return std::string(text).append(size - std::min(size, text.size()) + 1, ' ');
  }

  std::size_t symbol_ = 0;
  std::size_t exchange_ = 0;
  std::size_t type_ = 0;
  std::size_t expiry_ = 0;
};

Json json_of(const InstrumentView& i, bool is_over) {
  return {{"symbol", i.symbol},
          {"exchange", i.exchange},
          {"name", i.name},
          {"instrument_type", i.instrument_type},
          {"expiry", i.expiry},
          {"expired", is_over},
          {"broker_symbol", i.broker_symbol},
          {"strike", Json::parse(protocol::price_text(i.strike, i.exponents.price))},
          {"lot_size", Json::parse(protocol::quantity_text(i.lot_size, i.exponents.quantity))},
          {"tick_size", Json::parse(protocol::price_text(i.tick_size, i.exponents.price))},
          {"token", i.token}};
}

// The exchange of the list that is written like that in any case; empty: there is none.
std::string exchange_of(const instruments::Index& index, const std::string& exchange) {
  for (const std::string_view known : index.words().exchanges())
    if (upper(known) == upper(exchange)) return std::string(known);
  return {};
}

}  // namespace

int instruments_search(const Options& options, const SearchRequest& request) {
  const auto loaded = load_config(options);
  if (!loaded) return kWrong;
  const auto plugins = scan_plugins(loaded->config);
  const std::string broker = request.broker.empty() ? loaded->config.active_broker.front() : request.broker;
  std::string plugin = configured_plugin(loaded->config, broker);
  // A plugin's own name is accepted too.
  if (plugin.empty() && plugins && find_plugin(*plugins, broker) != nullptr) plugin = broker;
  if (plugin.empty()) {
    std::vector<std::string> names;
    for (const config::Broker& b : loaded->config.brokers) names.push_back(b.name);
    return fail("--broker: found " + broker + ", expected a broker of gateway.yaml: " + joined(names, ", "), kWrong);
  }
  const auto library = plugins ? find_plugin(*plugins, plugin) : nullptr;
  const auto index = index_of(loaded->config.database, library.get(), plugin,
                              library ? task_options(plugin, loaded->config, *plugins) : std::nullopt);
  if (!index) return fail(index.error().message);
  const std::string exchange = exchange_of(**index, request.exchange);
  if (exchange.empty() && !request.exchange.empty() && (*index)->size() != 0) {
    std::vector<std::string> names((*index)->words().exchanges().begin(), (*index)->words().exchanges().end());
    std::sort(names.begin(), names.end());
    return fail("--exchange: found " + request.exchange + ", expected one of broker " + broker +
                    "'s list: " + joined(names, ", "),
                kWrong);
  }
  const std::string text = joined(request.words, " ");
  instruments::Search search(*index, text, exchange, request.limit, {loaded->calendar, wall_ns()});
  while (!search.look_at((*index)->size() + 1)) {
  }
  const auto found = search.found();
  const auto is_over = [&](const InstrumentView& i) { return search.expiries().is_over(i.exchange, i.expiry); };
  if (options.json) {
    Json out = Json::array();
    for (const InstrumentView& i : found) out.push_back(json_of(i, is_over(i)));
    std::printf("%s\n", out.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    return kDone;
  }
  const Table table(found);
  for (const InstrumentView& i : found) std::printf("%s\n", table.line(i, is_over(i)).c_str());
  if (!found.empty()) return kDone;
  const auto suggestions = instruments::suggestions_for(**index, text, search.expiries());
  return fail("nothing found among " + std::to_string((*index)->size()) + " instruments of " + broker +
              (suggestions.empty() ? "" : "; did you mean " + joined(suggestions, ", ") + "?"));
}

}  // namespace gw::app
