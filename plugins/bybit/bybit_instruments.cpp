#include "bybit_instruments.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <exception>
#include <optional>
#include <string>

#include "bgw/decimal.hpp"
#include "bgw/expiry.hpp"
#include "bgw/percent.hpp"
#include "bgw/rows.hpp"
#include "bybit_categories.hpp"
#include "bybit_refusals.hpp"
#include "list_pages.hpp"

namespace bybit {
namespace {

#define BYBIT_LIST "{api_url}/v5/market/instruments-info?status=Trading&limit=1000&category="

constexpr const char* kFirstPage = BYBIT_LIST "linear";
// Bybit lists some 1,400 instruments, and a page has 1,000.
constexpr std::uint32_t kMaxPages = 200;

// Frames may show more decimals than the list, and an instrument's exponents stay as they are while it is subscribed:
// these are spare, as far as the largest values fit in 63 bits.
constexpr int kSparePriceDecimals = 4;
constexpr std::int64_t kRoomOfPrices = 1'000;
constexpr int kSpareQuantityDecimals = 2;
constexpr int kQuantityDecimals = 8;
// Volumes and open interest are some hundred times the largest order.
constexpr std::int64_t kRoomOfQuantities = 100'000;

// The most decimals from `least` to `most`, and 18, with which `room` times the largest value fits in 63 bits.
int decimals_for(std::string_view largest, std::int64_t room, int least, int most) {
  most = std::max(least, std::min(most, -BGW_MIN_EXPONENT));
  for (; most > least; --most)
    if (const auto value = bgw::decimal(largest, -most); value && *value <= INT64_MAX / room) break;
  return most;
}

// How many decimals the text is written with.
int written_decimals(std::string_view text) {
  const std::size_t dot = text.find('.');
  return dot == std::string_view::npos ? 0 : static_cast<int>(text.size() - dot - 1);
}

// The day in UTC of milliseconds since 1970. Nothing: no such time.
std::optional<bgw::Expiry> delivery_day(std::string_view milliseconds) {
  const auto time_ns = bgw::decimal(std::string(milliseconds) + "e6", 0);
  return time_ns ? bgw::expiry_at(*time_ns, std::chrono::minutes(0)) : std::nullopt;
}

class Reader {
 public:
  explicit Reader(const bgw_instrument_sink& sink) : rows_(sink) {}

  // The result is what is wrong with the page as a whole; empty: nothing.
  std::string take(const ListPage& page) {
    const auto category = std::find_if(kCategoryFacts.begin(), kCategoryFacts.end(),
                                       [&](const CategoryFacts& facts) { return page.category == facts.name; });
    if (category == kCategoryFacts.end())
      return "found the category '" + page.category.substr(0, 40) + "', expected linear or spot";
    category_ = static_cast<Category>(category - kCategoryFacts.begin());
    for (const ListRow& row : page.rows) {
      if (row.status != "Trading") continue;  // nothing is sent for it
      row_ = &row;
      reason_.clear();
      bgw::Row made;
      if (make(made))
        rows_.take(std::move(made));
      else
        rows_.skip(made, reason_);
    }
    return {};
  }
  void finish() { rows_.finish(); }

 private:
  bool bad(const char* name, const std::string& found, const char* expected) {
    reason_ = std::string(name) + ": found '" + found.substr(0, 60) + "', expected " + expected;
    return false;
  }

  bool make(bgw::Row& made) {
    const CategoryFacts& facts = facts_of(category_);
    made.place = row_->number;
    made.exchange = facts.exchange;
    made.broker_exchange = facts.name;
    made.symbol = made.broker_symbol = row_->symbol;
    if (!is_symbol(row_->symbol)) return bad("symbol", row_->symbol, "letters, digits and hyphens");
    made.token = token_of(category_, row_->symbol);
    made.name = row_->base + '/' + row_->quote;
    return set_type(made) && set_prices(made) && set_quantities(made);
  }

  bool set_type(bgw::Row& made) {
    if (category_ == Category::kSpot) {
      made.type = "spot";
      return true;
    }
    if (row_->contract_type == "LinearPerpetual") {
      made.type = "perpetual";
      return true;
    }
    if (row_->contract_type != "LinearFutures")
      return bad("contractType", row_->contract_type, "LinearPerpetual or LinearFutures");
    made.type = "FUT";
    const auto expiry = delivery_day(row_->delivery_time);
    if (expiry) made.expiry = expiry->date;
    return expiry || bad("deliveryTime", row_->delivery_time, "milliseconds since 1970");
  }

  // Prices are written with as many decimals as the tick size, "0.10" for example, or as priceScale says. An exponent
  // of 0 would mean the gateway's default.
  bool set_prices(bgw::Row& made) {
    int decimals = std::max({1, written_decimals(row_->tick_size), bgw::decimals_of(row_->tick_size)});
    int scale = 0;
    const std::string& text = row_->price_scale;
    if (!text.empty()) {
      const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), scale);
      if (error != std::errc{} || stop != text.data() + text.size() || scale < 0 || scale > -BGW_MIN_EXPONENT)
        return bad("priceScale", text, "a number from 0 to 18");
    }
    decimals = std::max(decimals, scale);
    const auto tick = bgw::decimal(row_->tick_size, -decimals);
    if (!tick || *tick <= 0)
      return bad("priceFilter.tickSize", row_->tick_size, "a price above 0 with at most 18 decimals");
    if (!row_->max_price.empty() && !bgw::decimal(row_->max_price, -decimals))
      return bad("priceFilter.maxPrice", row_->max_price, "a price that fits in 63 bits with the decimals of tickSize");
    // Spot has no largest price: with the spare decimals some 1e14 ticks fit.
    const std::string& largest = row_->max_price.empty() ? row_->tick_size : row_->max_price;
    decimals = decimals_for(largest, kRoomOfPrices, decimals, decimals + kSparePriceDecimals);
    made.price_exponent = -decimals;
    made.tick_size = bgw::decimal(row_->tick_size, -decimals).value();
    return true;
  }

  bool set_quantities(bgw::Row& made) {
    const bool is_linear = category_ == Category::kLinear;
    const std::string& step_text = is_linear ? row_->quantity_step : row_->base_precision;
    const char* const name = is_linear ? "lotSizeFilter.qtyStep" : "lotSizeFilter.basePrecision";
    int decimals = std::max({0, bgw::decimals_of(step_text), bgw::decimals_of(row_->min_quantity)});
    const auto step = bgw::decimal(step_text, -decimals);
    if (!step || *step <= 0) return bad(name, step_text, "a quantity above 0 with at most 18 decimals");
    const int spare = decimals + kSpareQuantityDecimals;
    decimals = row_->max_quantity.empty()
                   ? decimals_for(step_text, kRoomOfQuantities, decimals, spare)
                   : decimals_for(row_->max_quantity, kRoomOfQuantities, decimals, std::max(kQuantityDecimals, spare));
    made.quantity_exponent = -decimals;
    made.lot_size = bgw::decimal(step_text, -decimals).value();
    return true;
  }

  bgw::Rows rows_;
  Category category_ = Category::kLinear;
  const ListRow* row_ = nullptr;
  std::string reason_;
};

bgw_status fail(bgw_error* error, const std::string& text) {
  error->code = BGW_E_INVALID;
  std::snprintf(error->message, sizeof error->message, "%s", text.c_str());
  return BGW_E_INVALID;
}

bgw_status parse(const bgw_instrument_source* source, const bgw_instrument_sink* sink, bgw_error* error) {
  try {
    Reader reader(*sink);
    const std::string problem = read_pages(*source, [&](const ListPage& page) { return reader.take(page); });
    if (!problem.empty()) return fail(error, problem + ", expected pages of Bybit's instruments-info");
    reader.finish();
    return BGW_OK;
  } catch (const std::exception& e) {
    return fail(error, e.what());
  }
}

// After the last page of linear comes the first one of spot.
bgw_status next_page(const char* page, std::size_t length, std::uint32_t pages, char* next, std::size_t capacity,
                     bgw_error* error) {
  try {
    ListPage read;
    if (const std::string problem = read_page({page, length}, read); !problem.empty())
      return fail(error, problem + ", expected a page of Bybit's instruments-info");
    std::string address;
    if (!read.cursor.empty())
      address = BYBIT_LIST + read.category + "&cursor=" + bgw::percent_encoded(read.cursor);
    else if (read.category == "linear")
      address = BYBIT_LIST "spot";
    if (read.category != "linear" && read.category != "spot")
      return fail(error, "found the category '" + read.category.substr(0, 40) + "', expected linear or spot");
    if (pages >= kMaxPages && !address.empty())
      return fail(error, "found more than " + std::to_string(kMaxPages) + " pages, expected fewer");
    if (address.size() >= capacity) return fail(error, "found a cursor that makes the address too long");
    std::snprintf(next, capacity, "%s", address.c_str());
    return BGW_OK;
  } catch (const std::exception& e) {
    return fail(error, e.what());
  }
}

}  // namespace

const bgw_instruments* instruments_extension() {
  static constexpr bgw_instruments kInstruments = {
      sizeof(bgw_instruments), 0, parse, nullptr, kFirstPage, nullptr, "row", next_page, judge_list};
  return &kInstruments;
}

}  // namespace bybit
