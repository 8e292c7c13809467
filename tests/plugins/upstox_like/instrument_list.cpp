#include "instrument_list.hpp"

#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json.hpp>

#include "bgw/expiry.hpp"
#include "bgw/rows.hpp"
#include "bgw/symbols.hpp"
#include "segments.hpp"

namespace upstox_like {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kMaxRowBytes = 64 * 1024;

// Cuts the file into its objects, so that only one of them is in memory at a time.
class ObjectReader {
 public:
  explicit ObjectReader(const bgw_instrument_source& source) : source_(source) {}

  // The text of the next object. False: the list is at its end, or problem() says what is wrong with it.
  bool next(std::string& object) {
    int c = after_blanks();
    if (!is_begun_ && c != '[') return refuse(c < 0 ? "an empty file" : "no JSON list");
    if (!is_begun_) c = after_blanks();
    if (std::exchange(is_begun_, true) && c == ',') c = after_blanks();
    if (c == ']') return after_blanks() < 0 ? false : refuse("something behind the list");
    if (c != '{') return refuse(c < 0 ? "the end within the list" : "something that is no object in the list");
    object = '{';
    bool is_text = false;
    for (int depth = 1; depth > 0;) {
      if (object.size() == kMaxRowBytes) return refuse("an object of more than 64 KiB");
      if ((c = take()) < 0) return refuse("the end within an object");
      object += static_cast<char>(c);
      if (is_text && c == '\\') {
        if ((c = take()) < 0) return refuse("the end within a text");
        object += static_cast<char>(c);
      } else if (c == '"') {
        is_text = !is_text;
      } else if (!is_text) {
        depth += (c == '{') - (c == '}');
      }
    }
    ++count_;
    return true;
  }
  std::uint64_t count() const { return count_; }
  const std::string& problem() const { return problem_; }

 private:
  bool refuse(const char* found) {
    problem_ = std::string("found ") + found + " behind row " + std::to_string(count_) +
               ", expected Upstox's instrument list (a JSON list of objects)";
    return false;
  }
  int take() {
    if (at_ == size_) {
      size_ = source_.read(source_.context, buffer_.data(), buffer_.size());
      at_ = 0;
      if (size_ == 0) return -1;
    }
    return static_cast<unsigned char>(buffer_[at_++]);
  }
  int after_blanks() {
    int c = take();
    while (c == ' ' || c == '\t' || c == '\n' || c == '\r') c = take();
    return c;
  }

  const bgw_instrument_source& source_;
  std::array<char, 64 * 1024> buffer_{};
  std::size_t at_ = 0, size_ = 0;
  bool is_begun_ = false;
  std::uint64_t count_ = 0;
  std::string problem_;
};

// The number in 1e-9. Nothing: no number, one below 0, or one that does not fit.
std::optional<std::int64_t> in_nanos(const Json& value) {
  if (!value.is_number()) return std::nullopt;
  const double scaled = value.get<double>() * 1e9;
  if (!(scaled >= 0) || scaled >= 9.2e18) return std::nullopt;
  return std::llround(scaled);
}

// The day in India on which a time in milliseconds falls.
std::optional<bgw::Expiry> expiry_of(const Json& value) {
  constexpr std::int64_t kMillisecond = 1'000'000;
  std::int64_t time_ns = 0;
  if (!value.is_number_integer() || __builtin_mul_overflow(value.get<std::int64_t>(), kMillisecond, &time_ns))
    return std::nullopt;
  return bgw::expiry_at(time_ns, bgw::kIndiaOffset);
}

class Reader {
 public:
  explicit Reader(const bgw_instrument_sink& sink) : rows_(sink) {}

  void take(const std::string& object, std::uint64_t place) {
    bgw::Row row;
    row.place = place;
    reason_.clear();
    json_ = Json::parse(object, nullptr, false);
    if (json_.is_discarded() ? bad("the row", object, "a JSON object") : make(row))
      rows_.take(std::move(row));
    else
      rows_.skip(row, reason_);
  }
  void finish() { rows_.finish(); }

 private:
  std::string text(const char* key) const {
    const auto found = json_.find(key);
    return found != json_.end() && found->is_string() ? found->get<std::string>() : std::string();
  }
  const Json& value(const char* key) const {
    static const Json kNone;
    const auto found = json_.find(key);
    return found != json_.end() ? *found : kNone;
  }
  bool bad(std::string_view what, std::string_view found, std::string_view expected) {
    reason_ =
        std::string(what) + ": found '" + std::string(found.substr(0, 60)) + "', expected " + std::string(expected);
    return false;
  }
  bool bad(const char* key, std::string_view expected) {
    return bad(key, value(key).dump(-1, ' ', false, Json::error_handler_t::replace), expected);
  }

  // Sets what is known of a share before anything refuses its row: see bgw::Rows::skip.
  bool make(bgw::Row& row) {
    const std::string segment = text("segment"), name = text("trading_symbol"), type = text("instrument_type");
    row.exchange = exchange_of(segment);
    row.symbol = row.broker_symbol = name;
    row.broker_exchange = segment;
    row.name = text("name");
    row.token = text("instrument_key");
    // The series of a share of NSE is its instrument_type; bgw::ShareNames wants it behind the name.
    const bool is_share = row.exchange == "NSE" || row.exchange == "BSE";
    if (row.exchange == "NSE" && !name.empty() && !type.empty() && type != "EQ") row.symbol += '-' + type;
    if (row.exchange.empty()) return bad("segment", "one that has a standard exchange");
    if (name.empty()) return bad("trading_symbol", "a name");
    if (!row.token.starts_with(segment + '|')) return bad("instrument_key", "one that begins with the segment");
    if (is_index(row.exchange)) {
      const std::string squeezed = bgw::squeezed(name);
      const std::string_view renamed = bgw::renamed_index(row.exchange, squeezed);
      row.symbol = renamed.empty() ? squeezed : std::string(renamed);
      row.type = "INDEX";
      return true;  // its lot and tick size mean nothing
    }
    row.exchange_number = text("exchange_token");
    if (!set_sizes(row, !is_share)) return false;
    row.type = is_share ? "EQ" : type;
    return is_share || name_derivative(row);
  }

  bool set_sizes(bgw::Row& row, bool is_needed) {
    const auto lot = in_nanos(value("lot_size")), tick = in_nanos(value("tick_size"));
    if (is_needed && (!lot || *lot < BGW_PRICE_SCALE || *lot % BGW_PRICE_SCALE != 0))
      return bad("lot_size", "a whole number from 1 on");
    if (is_needed && !tick) return bad("tick_size", "a number");
    row.lot_size = lot.value_or(0) / BGW_PRICE_SCALE;
    row.tick_size = tick.value_or(0) / 100;
    return true;
  }

  bool name_derivative(bgw::Row& row) {
    if (row.type != "FUT" && row.type != "CE" && row.type != "PE") return bad("instrument_type", "FUT, CE or PE");
    std::string base = text("underlying_symbol");
    if (base.empty()) base = text("asset_symbol");
    if (base.empty()) return bad("underlying_symbol", "the underlying's name");
    const auto expiry = expiry_of(value("expiry"));
    if (!expiry) return bad("expiry", "a time in milliseconds");
    row.expiry = expiry->date;
    row.symbol = base + expiry->compact;
    if (row.type != "FUT") {
      const auto strike = in_nanos(value("strike_price"));
      if (!strike || *strike == 0) return bad("strike_price", "a number above 0");
      row.strike = *strike;
      row.symbol += bgw::strike_text(row.strike);
    }
    row.symbol += row.type;
    return true;
  }

  bgw::Rows rows_;
  Json json_;
  std::string reason_;
};

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  std::string problem;
  try {
    ObjectReader objects(*source);
    Reader reader(*sink);
    for (std::string object; objects.next(object);) reader.take(object, objects.count());
    reader.finish();
    problem = objects.problem();
  } catch (const std::exception& e) {
    problem = e.what();
  }
  if (problem.empty()) return BGW_OK;
  error->code = BGW_E_INVALID;
  std::snprintf(error->message, sizeof error->message, "%s", problem.c_str());
  return BGW_E_INVALID;
}

}  // namespace

const bgw_instruments* instruments_extension() {
  static constexpr bgw_instruments kInstruments = {.size = sizeof(bgw_instruments),
                                                   .reserved = 0,
                                                   .parse = parse,
                                                   .builtin = nullptr,
                                                   .url = "{instruments_url}",
                                                   .headers = nullptr,
                                                   .place_word = "row",
                                                   .next_page = nullptr,
                                                   .judge = nullptr};
  return &kInstruments;
}

}  // namespace upstox_like
