#include "list_pages.hpp"

#include <array>
#include <cstring>
#include <iterator>
#include <utility>

#include <nlohmann/json.hpp>

namespace bybit {
namespace {

using Json = nlohmann::json;

// A page has at most 1,000 rows, and a value a few characters.
constexpr std::size_t kLongestValue = 1 << 20;
constexpr std::size_t kMaxRows = 100'000;
constexpr std::size_t kDeepest = 16;

// The file's bytes in pieces.
struct Input {
  explicit Input(const bgw_instrument_source& from) : source(from) {}
  bool refill() {
    size = source.read(source.context, buffer.data(), buffer.size());
    at = 0;
    return size != 0;
  }
  // Whether anything but blanks is left.
  bool has_more() {
    for (;; ++at) {
      if (at == size && !refill()) return false;
      if (std::strchr(" \t\r\n", buffer[at]) == nullptr || buffer[at] == '\0') return true;
    }
  }
  const bgw_instrument_source& source;
  std::array<char, 64 * 1024> buffer{};
  std::size_t size = 0;
  std::size_t at = 0;
  std::size_t since_value = 0;
  bool is_too_long = false;
};

class InputIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  InputIterator() = default;
  explicit InputIterator(Input& input) : input_(&input) {
    if (input.at == input.size && !input.refill()) input_ = nullptr;
  }
  char operator*() const { return input_->buffer[input_->at]; }
  InputIterator& operator++() {
    input_->is_too_long = ++input_->since_value > kLongestValue;
    if (input_->is_too_long || (++input_->at == input_->size && !input_->refill())) input_ = nullptr;
    return *this;
  }
  InputIterator operator++(int) {
    InputIterator before = *this;
    ++*this;
    return before;
  }
  friend bool operator==(const InputIterator& a, const InputIterator& b) { return a.input_ == b.input_; }

 private:
  Input* input_ = nullptr;  // null: the end
};

// Takes the values of one page by the path to each, like "result.list.priceFilter.tickSize".
class PageReader final : public nlohmann::json_sax<Json> {
 public:
  PageReader(ListPage& page, std::size_t& since_value) : page_(page), since_value_(since_value) {}

  bool null() override { return value({}); }
  bool boolean(bool) override { return value({}); }
  bool number_integer(number_integer_t number) override { return value(std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return value(std::to_string(number)); }
  bool number_float(number_float_t, const string_t& text) override { return value(text); }
  bool string(string_t& text) override { return value(std::move(text)); }
  bool binary(binary_t&) override { return false; }
  bool key(string_t& name) override {
    since_value_ = 0;
    name_ = std::move(name);
    return true;
  }
  bool start_object(std::size_t) override {
    if (path_.size() == kDeepest) return refuse("found values nested too deeply");
    if (path_.empty() && name_.empty()) {
      path_.emplace_back();
      return true;
    }
    if (is_in_list()) {
      if (page_.rows.size() == kMaxRows) return refuse("found more than 100,000 rows in a page");
      page_.rows.emplace_back();
    }
    return push();
  }
  bool end_object() override { return pop(); }
  bool start_array(std::size_t) override {
    if (path_.empty()) return refuse("found a JSON list");
    if (path_.size() == kDeepest) return refuse("found values nested too deeply");
    if (path_.size() == 2 && path_[1] == "result" && name_ == "list") page_.has_list = true;
    return push();
  }
  bool end_array() override { return pop(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return refuse(since_value_ > kLongestValue ? "found a value of more than 1 MiB" : "found no valid JSON");
  }

  std::string problem;

 private:
  bool is_in_list() const { return path_.size() == 3 && path_[1] == "result" && path_[2] == "list"; }
  bool push() {
    since_value_ = 0;
    path_.push_back(std::exchange(name_, {}));
    return true;
  }
  bool pop() {
    since_value_ = 0;
    path_.pop_back();
    return true;
  }
  bool refuse(const char* what) {
    if (problem.empty()) problem = what;
    return false;
  }
  bool value(std::string text) {
    since_value_ = 0;
    if (path_.empty()) return refuse("found a single JSON value");
    if (is_in_list()) return refuse("found a value that is no object in the list");
    if (std::string* const place = place_of_name()) *place = std::move(text);
    name_.clear();
    return true;
  }
  std::string* place_of_name() {
    if (path_.size() == 1) return name_ == "retCode" ? &page_.code : name_ == "retMsg" ? &page_.message : nullptr;
    if (path_[1] != "result") return nullptr;
    if (path_.size() == 2)
      return name_ == "category" ? &page_.category : name_ == "nextPageCursor" ? &page_.cursor : nullptr;
    if (path_.size() < 4 || path_[2] != "list" || page_.rows.empty()) return nullptr;
    ListRow& row = page_.rows.back();
    const std::pair<std::string_view, std::string*> places[] = {
        {"symbol", &row.symbol},         {"contractType", &row.contract_type},
        {"status", &row.status},         {"baseCoin", &row.base},
        {"quoteCoin", &row.quote},       {"deliveryTime", &row.delivery_time},
        {"priceScale", &row.price_scale}};
    const std::pair<std::string_view, std::string*> prices[] = {{"tickSize", &row.tick_size},
                                                                {"maxPrice", &row.max_price}};
    const std::pair<std::string_view, std::string*> sizes[] = {{"qtyStep", &row.quantity_step},
                                                               {"basePrecision", &row.base_precision},
                                                               {"minOrderQty", &row.min_quantity},
                                                               {"maxOrderQty", &row.max_quantity},
                                                               {"maxLimitOrderQty", &row.max_quantity}};  // of spot
    const auto in = [this](const auto& list) -> std::string* {
      for (const auto& [name, place] : list)
        if (name == name_) return place;
      return nullptr;
    };
    if (path_.size() == 4) return in(places);
    if (path_.size() == 5 && path_[4] == "priceFilter") return in(prices);
    if (path_.size() == 5 && path_[4] == "lotSizeFilter") return in(sizes);
    return nullptr;
  }

  ListPage& page_;
  std::size_t& since_value_;
  // The names of the objects and arrays around the value, the outermost first; "" for what has none.
  std::vector<std::string> path_;
  std::string name_;
};

std::string check(const ListPage& page) {
  if (page.code != "0")
    return "found retCode '" + page.code.substr(0, 20) + "' (" + page.message.substr(0, 100) + "), expected 0";
  if (!page.has_list) return "found no result.list, expected one";
  return {};
}

}  // namespace

std::string read_pages(const bgw_instrument_source& source, const std::function<std::string(const ListPage&)>& take) {
  Input input(source);
  std::uint64_t rows = 0;
  std::size_t pages = 0;
  for (; input.has_more(); ++pages) {
    ListPage page;
    PageReader reader(page, input.since_value);
    Json::sax_parse(InputIterator(input), InputIterator(), &reader, nlohmann::detail::input_format_t::json, false);
    std::string problem = reader.problem.empty() ? check(page) : reader.problem;
    for (ListRow& row : page.rows) row.number = ++rows;
    if (problem.empty()) problem = take(page);
    if (!problem.empty()) return "page " + std::to_string(pages + 1) + ": " + problem;
  }
  return pages == 0 ? "found an empty file" : "";
}

std::string read_page(std::string_view text, ListPage& out) {
  std::size_t since_value = 0;
  PageReader reader(out, since_value);
  Json::sax_parse(text.begin(), text.end(), &reader);
  return reader.problem.empty() ? check(out) : reader.problem;
}

}  // namespace bybit
