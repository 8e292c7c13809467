#include "core/instruments/import.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include <zlib.h>

#include "bgw/symbols.hpp"
#include "core/instruments/list_call.hpp"

namespace gw::instruments {
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr std::size_t kLongestName = 64;
constexpr std::size_t kLongestToken = 120;
constexpr std::size_t kLongestText = 255;

// Symbols and exchanges are parts of topics and commands: they must be printable and without blanks.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

// Reads a file, unpacked where it is a gzip file.
struct FileReader {
  gzFile file;
  const ListProgress& progress;
  std::uint64_t total;    // bytes of the file itself
  std::uint64_t longest;  // that it may have when unpacked
  std::uint64_t unpacked = 0;
  std::string error{};
  static std::size_t read(void* context, void* buffer, std::size_t capacity) {
    auto& self = *static_cast<FileReader*>(context);
    if (!self.error.empty()) return 0;
    const int n = gzread(self.file, buffer, static_cast<unsigned>(std::min<std::size_t>(capacity, 1U << 30)));
    int code = Z_OK;
    const char* const text = gzerror(self.file, &code);
    if (n < 0 || (code != Z_OK && code != Z_STREAM_END))
      self.error = std::string("found a damaged or cut-off gzip file (") + text + "), expected a whole one";
    self.unpacked += static_cast<std::uint64_t>(std::max(n, 0));
    if (self.unpacked > self.longest)
      self.error = "found more than " + std::to_string(self.longest) + " bytes when unpacked, expected fewer";
    if (!self.error.empty()) return 0;
    if (self.progress) self.progress(static_cast<std::uint64_t>(std::max<z_off_t>(gzoffset(self.file), 0)), self.total);
    return static_cast<std::size_t>(n);
  }
};

// A text that a plugin left out is empty.
const char* or_empty(const char* text) { return text == nullptr ? "" : text; }

// A copy with a text for each NULL, and with defaults for what an older plugin does not know.
bgw_instrument complete(const bgw_instrument& from) {
  bgw_instrument row{};
  std::memcpy(&row, &from, std::min<std::size_t>(from.size, sizeof row));
  for (const char** text : {&row.symbol, &row.exchange, &row.broker_symbol, &row.broker_exchange, &row.token, &row.name,
                            &row.instrument_type, &row.expiry, &row.exchange_number})
    *text = or_empty(*text);
  if (row.price_exponent == 0) row.price_exponent = BGW_PRICE_EXPONENT;
  return row;
}

// The size of bgw_instrument in the first contract.
constexpr std::uint32_t kFirstRowSize = 120;

}  // namespace

std::string place_word_of(const bgw_instruments& extension) {
  const bool has_word = BGW_HAS(&extension, place_word) && extension.place_word != nullptr;
  return has_word ? extension.place_word : ImportReport().place_word;
}

Result<void> parse_list(const bgw_instruments& extension, const std::string& path, std::uint64_t longest,
                        const ListProgress& progress, const bgw_instrument_sink& sink) {
  if (extension.parse == nullptr) return Error{"this broker's plugin reads no instrument file"};
  std::error_code ec;
  const std::uint64_t size = std::filesystem::file_size(path, ec);
  if (ec) return Error{path + ": " + ec.message()};
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), &gzclose);
  if (file == nullptr) return Error{path + ": cannot be read"};
  FileReader reader{file.get(), progress, size, longest};
  const bgw_instrument_source source{sizeof source, 0, &reader, &FileReader::read};
  bgw_error error{};
  if (call_list(error, [&] { return extension.parse(&source, &sink, &error); }) != BGW_OK)
    return Error{path + ": " + (reader.error.empty() ? text_of(error) : reader.error)};
  if (!reader.error.empty()) return Error{path + ": " + reader.error};
  return {};
}

Result<void> builtin_list(const bgw_instruments& extension, const bgw_instrument_sink& sink) {
  bgw_error error{};
  if (call_list(error, [&] { return extension.builtin(&sink, &error); }) != BGW_OK)
    return Error{"built-in instruments: " + text_of(error)};
  return {};
}

Result<void> Import::read_file(const bgw_instruments& extension, const std::string& path, const Progress& progress) {
  set_place_word(place_word_of(extension));
  return parse_list(extension, path, rules_.longest_file, progress, sink());
}

Result<void> Import::read_builtin(const bgw_instruments& extension) { return builtin_list(extension, sink()); }

void Import::on_row(void* context, const bgw_instrument* row) {
  auto& self = *static_cast<Import*>(context);
  if (row != nullptr && row->size >= kFirstRowSize) return self.take(complete(*row));
  ++self.report_.read;
  self.skip(0, row == nullptr ? "found no row, expected one"
                              : "size of the row: found " + std::to_string(row->size) + ", expected at least " +
                                    std::to_string(kFirstRowSize));
}

void Import::on_skip(void* context, std::uint64_t place, const char* reason) {
  auto& self = *static_cast<Import*>(context);
  ++self.report_.read;
  self.skip(place, reason == nullptr ? "the plugin gave no reason" : reason);
}

void Import::skip(std::uint64_t place, std::string reason) {
  ++report_.skipped;
  if (report_.first_skips.size() < ImportReport::kMaxSkips) report_.first_skips.push_back({place, std::move(reason)});
}

std::string_view Import::keep(const char* text) {
  const std::string_view view(text);
  if (chunks_.empty() || chunks_.back().capacity() - chunks_.back().size() < view.size()) {
    chunks_.emplace_back();
    chunks_.back().reserve(std::max(kChunk, view.size()));
  }
  std::string& chunk = chunks_.back();
  const std::size_t at = chunk.size();
  chunk.append(view);
  return std::string_view(chunk).substr(at);
}

std::string Import::problem_of(const bgw_instrument& row) const {
  const auto found = [](const char* field, std::string_view value, std::string_view expected) {
    return std::string(field) + ": found '" + std::string(value.substr(0, 80)) + "', expected " + std::string(expected);
  };
  constexpr std::string_view kName = "1 to 64 printable characters without blanks";
  const std::string_view exchange = row.exchange;
  if (!is_name(row.symbol)) return found("symbol", row.symbol, kName);
  if (!is_name(exchange)) return found("exchange", exchange, kName);
  if (!rules_.exchanges.empty() &&
      std::find(rules_.exchanges.begin(), rules_.exchanges.end(), exchange) == rules_.exchanges.end()) {
    std::string known;
    for (const std::string& name : rules_.exchanges) known += (known.empty() ? "" : ", ") + name;
    return found("exchange", exchange, "an exchange that the plugin serves: " + known);
  }
  if (row.token[0] == '\0') return "token: empty";
  // Longer ones would not fit where the host hands them on.
  if (strnlen(row.token, kLongestToken + 1) > kLongestToken) return found("token", row.token, "1 to 120 bytes");
  for (const auto& [field, text] :
       {std::pair{"broker_symbol", row.broker_symbol}, std::pair{"broker_exchange", row.broker_exchange},
        std::pair{"name", row.name}, std::pair{"instrument_type", row.instrument_type},
        std::pair{"exchange_number", row.exchange_number}})
    if (strnlen(text, kLongestText + 1) > kLongestText) return found(field, text, "at most 255 bytes");
  const std::string_view type = row.instrument_type;
  const bool is_option = type == "CE" || type == "PE";
  const bool is_derivative = is_option || type == "FUT";
  const std::string_view expiry = row.expiry;
  if ((is_derivative || !expiry.empty()) && !bgw::is_date(expiry))
    return found("expiry", expiry, "a date, like 2026-10-27");
  if (row.lot_size < (is_derivative ? 1 : 0))
    return found("lot_size", std::to_string(row.lot_size), is_derivative ? "1 or more" : "0 or more");
  if (row.tick_size < 0) return found("tick_size", std::to_string(row.tick_size), "0 or more");
  if (is_option && row.strike <= 0) return found("strike", std::to_string(row.strike), "a price above 0");
  const auto is_exponent = [](std::int32_t exponent) { return exponent >= BGW_MIN_EXPONENT && exponent <= 0; };
  constexpr std::string_view kExponent = "-18 to 0";
  if (!is_exponent(row.price_exponent)) return found("price_exponent", std::to_string(row.price_exponent), kExponent);
  if (!is_exponent(row.quantity_exponent))
    return found("quantity_exponent", std::to_string(row.quantity_exponent), kExponent);
  return {};
}

void Import::take(const bgw_instrument& row) {
  ++report_.read;
  if (std::string problem = problem_of(row); !problem.empty()) return skip(row.place, std::move(problem));
  const std::string name = std::string(row.symbol) + '\n' + row.exchange;
  const auto [known, fresh] = first_places_.try_emplace(name, row.place);
  if (!fresh)
    return skip(row.place, "duplicate of " + report_.place_word + ' ' + std::to_string(known->second) + ": " +
                               row.symbol + '.' + row.exchange);
  note_token(row);
  rows_.push_back({keep(row.symbol),
                   keep(row.exchange),
                   keep(row.broker_symbol),
                   keep(row.broker_exchange),
                   keep(row.token),
                   keep(row.name),
                   keep(row.instrument_type),
                   keep(row.expiry),
                   row.strike,
                   row.tick_size,
                   row.lot_size,
                   keep(row.exchange_number),
                   {static_cast<std::int8_t>(row.price_exponent), static_cast<std::int8_t>(row.quantity_exponent)}});
}

void Import::note_token(const bgw_instrument& row) {
  std::string key = row.token;
  if (rules_.tokens_per_exchange) key.append(1, '\n').append(row.broker_exchange);
  const auto [first, fresh] = tokens_.try_emplace(std::move(key), Holder{rows_.size(), row.place});
  if (fresh) return;
  ++report_.shared;
  if (report_.first_shared.size() >= ImportReport::kMaxSkips) return;
  const InstrumentView& other = rows_[first->second.row];
  report_.first_shared.push_back({row.token, std::string(other.symbol) + '.' + std::string(other.exchange),
                                  first->second.place, std::string(row.symbol) + '.' + row.exchange, row.place});
}

std::string text_of(const ImportReport::SharedToken& shared, const std::string& place_word) {
  const auto named = [&](const std::string& name, std::uint64_t place) {
    return name + (place == 0 ? "" : " (" + place_word + ' ' + std::to_string(place) + ')');
  };
  return "token " + shared.token + " is shared by " + named(shared.first, shared.first_place) + " and " +
         named(shared.later, shared.later_place) + ": both tick with its values";
}

Index Import::index() const {
  Index::Builder builder(rows_.size());
  for (const InstrumentView& row : rows_) builder.add(row);
  return std::move(builder).build();
}

}  // namespace gw::instruments
