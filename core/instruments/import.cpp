#include "core/instruments/import.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>
#include <string_view>

namespace gw::instruments {
namespace {

constexpr std::size_t kChunk = 1 << 20;
constexpr std::size_t kLongestName = 64;

// Symbols and exchanges are parts of topics and commands: printable, no blanks.
bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestName &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

struct FileReader {
  std::FILE* file;
  const Import::Progress& progress;
  std::uint64_t read_so_far;
  std::uint64_t total;
  static std::size_t read(void* context, void* buffer, std::size_t capacity) {
    auto& self = *static_cast<FileReader*>(context);
    const std::size_t n = std::fread(buffer, 1, capacity, self.file);
    self.read_so_far += n;
    if (self.progress) self.progress(self.read_so_far, self.total);
    return n;
  }
};

std::string text_of(const bgw_error& error) { return {error.message, strnlen(error.message, sizeof error.message)}; }

}  // namespace

Result<void> Import::read_file(const bgw_instruments& extension, const std::string& path, const Progress& progress) {
  if (extension.parse == nullptr) return Error{"this broker's plugin reads no instrument file"};
  std::error_code ec;
  const std::uint64_t size = std::filesystem::file_size(path, ec);
  if (ec) return Error{path + ": " + ec.message()};
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (file == nullptr) return Error{path + ": cannot be read"};
  FileReader reader{file.get(), progress, 0, size};
  const bgw_instrument_source source{sizeof source, 0, &reader, &FileReader::read};
  const bgw_instrument_sink sink{sizeof sink, 0, this, &Import::on_row, &Import::on_skip};
  bgw_error error{};
  if (extension.parse(&source, &sink, &error) != BGW_OK) return Error{path + ": " + text_of(error)};
  return {};
}

Result<void> Import::read_builtin(const bgw_instruments& extension) {
  const bgw_instrument_sink sink{sizeof sink, 0, this, &Import::on_row, &Import::on_skip};
  bgw_error error{};
  if (extension.builtin(&sink, &error) != BGW_OK) return Error{"built-in instruments: " + text_of(error)};
  return {};
}

void Import::on_row(void* context, const bgw_instrument* row) { static_cast<Import*>(context)->take(*row); }

void Import::on_skip(void* context, std::uint64_t line, const char* reason) {
  auto& self = *static_cast<Import*>(context);
  ++self.report_.read;
  self.skip(line, reason);
}

void Import::skip(std::uint64_t line, std::string reason) {
  ++report_.skipped;
  if (report_.first_skips.size() < ImportReport::kMostSkips) report_.first_skips.push_back({line, std::move(reason)});
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

void Import::take(const bgw_instrument& row) {
  ++report_.read;
  const std::string_view symbol = row.symbol;
  const std::string_view exchange = row.exchange;
  if (!is_name(symbol))
    return skip(row.line, "symbol: found '" + std::string(symbol.substr(0, 80)) +
                              "', expected 1 to 64 printable characters without blanks");
  if (!is_name(exchange))
    return skip(row.line, "exchange: found '" + std::string(exchange.substr(0, 80)) +
                              "', expected 1 to 64 printable characters without blanks");
  if (row.token[0] == '\0') return skip(row.line, "token: empty");
  const auto [known, fresh] = lines_.try_emplace(std::string(symbol) + '\n' + std::string(exchange), row.line);
  if (!fresh)
    return skip(row.line, "duplicate of line " + std::to_string(known->second) + ": " + std::string(symbol) + '.' +
                              std::string(exchange));
  rows_.push_back({keep(row.symbol), keep(row.exchange), keep(row.broker_symbol), keep(row.broker_exchange),
                   keep(row.token), keep(row.name), keep(row.instrument_type), keep(row.expiry), row.strike,
                   row.tick_size, row.lot_size,
                   keep(BGW_HAS(&row, exchange_number) && row.exchange_number != nullptr ? row.exchange_number : "")});
}

Index Import::index() const {
  Index::Builder builder(rows_.size());
  for (const InstrumentView& row : rows_) builder.add(row);
  return std::move(builder).build();
}

}  // namespace gw::instruments
