#include "json_rows.hpp"

#include <array>
#include <iterator>
#include <vector>

#include <nlohmann/json.hpp>

namespace angel {
namespace {

using Json = nlohmann::json;

// The parser keeps a value in memory until its end; a value without an end must not fill it.
constexpr std::size_t kLongestValue = 1 << 20;

// The file's bytes in pieces.
struct Input {
  explicit Input(const bgw_instrument_source& from) : source(from) {}
  bool refill() {
    size = source.read(source.context, buffer.data(), buffer.size());
    at = 0;
    return size != 0;
  }
  const bgw_instrument_source& source;
  std::array<char, 64 * 1024> buffer{};
  std::size_t size = 0;
  std::size_t at = 0;
  std::size_t since_value = 0;
  bool too_long = false;
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
    if (!input.refill()) input_ = nullptr;
  }
  char operator*() const { return input_->buffer[input_->at]; }
  InputIterator& operator++() {
    input_->too_long = ++input_->since_value > kLongestValue;
    if (input_->too_long || (++input_->at == input_->size && !input_->refill())) input_ = nullptr;
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

class Rows final : public nlohmann::json_sax<Json> {
 public:
  Rows(Input& input, std::span<const std::string_view> keys, const std::function<void(const JsonRow&)>& take)
      : input_(input), keys_(keys), take_(take), values_(keys.size()) {}

  bool null() override { return value({}); }
  bool boolean(bool) override { return value({}); }
  bool number_integer(number_integer_t number) override { return value(std::to_string(number)); }
  bool number_unsigned(number_unsigned_t number) override { return value(std::to_string(number)); }
  bool number_float(number_float_t, const string_t& text) override { return value(text); }
  bool string(string_t& text) override { return value(std::move(text)); }
  bool binary(binary_t&) override { return false; }

  bool start_array(std::size_t) override { return start(true); }
  bool end_array() override {
    input_.since_value = 0;
    --depth_;
    return true;
  }
  bool start_object(std::size_t) override { return start(false); }
  bool key(string_t& name) override {
    input_.since_value = 0;
    if (depth_ != 2) return true;
    key_ = keys_.size();
    for (std::size_t i = 0; i < keys_.size(); ++i)
      if (keys_[i] == name) key_ = i;
    return true;
  }
  bool end_object() override {
    input_.since_value = 0;
    if (--depth_ != 1) return true;
    take_({++number_, values_, is_flat_});
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    problem = std::string(input_.too_long ? "found a value of more than 1 MiB" : "found no valid JSON") + " in row " +
              std::to_string(number_ + 1);
    return false;
  }

  std::string problem;

 private:
  bool start(bool array) {
    input_.since_value = 0;
    if (depth_ == 0 && !array) return refuse("found a JSON object");
    if (depth_ == 1 && array) return refuse("found a list within the list");
    if (depth_ == 1) {
      for (std::string& value : values_) value.clear();
      is_flat_ = true;
      key_ = keys_.size();
    }
    if (depth_ >= 2) is_flat_ = false;
    if (depth_ >= 16) return refuse("found values nested too deeply");
    ++depth_;
    return true;
  }
  bool value(std::string text) {
    input_.since_value = 0;
    if (depth_ == 0) return refuse("found a single JSON value");
    if (depth_ == 1) return refuse("found a value that is no object in the list");
    if (depth_ == 2 && key_ < values_.size()) values_[key_] = std::move(text);
    return true;
  }
  bool refuse(std::string_view what) {
    problem = what;
    return false;
  }

  Input& input_;
  std::span<const std::string_view> keys_;
  const std::function<void(const JsonRow&)>& take_;
  std::vector<std::string> values_;
  std::size_t key_ = 0;
  int depth_ = 0;
  std::uint64_t number_ = 0;
  bool is_flat_ = true;
};

}  // namespace

std::string read_rows(const bgw_instrument_source& source, std::span<const std::string_view> keys,
                      const std::function<void(const JsonRow&)>& take) {
  Input input(source);
  Rows rows(input, keys, take);
  const InputIterator begin(input);
  if (begin == InputIterator()) return "found an empty file";
  Json::sax_parse(begin, InputIterator(), &rows);
  return rows.problem;
}

}  // namespace angel
