// Any bytes as pages of Bybit's instrument list: rows are complete, complaints name a row, nothing stops the load, and
// the address of the next page fits.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "bybit_instruments.hpp"

namespace {

struct Input {
  const std::uint8_t* data;
  std::size_t left;
};

std::size_t read(void* context, void* buffer, std::size_t capacity) {
  auto& input = *static_cast<Input*>(context);
  const std::size_t n = std::min({capacity, input.left, std::size_t{61}});
  if (n != 0) std::memcpy(buffer, input.data, n);
  input.data += n;
  input.left -= n;
  return n;
}

void row(void*, const bgw_instrument* r) {
  for (const char* text :
       {r->symbol, r->exchange, r->broker_symbol, r->broker_exchange, r->token, r->name, r->instrument_type, r->expiry})
    if (text == nullptr) std::abort();
  if (r->place < 1 || *r->symbol == '\0' || *r->exchange == '\0' || *r->token == '\0' || r->tick_size <= 0 ||
      r->lot_size <= 0 || r->price_exponent >= 0 || r->price_exponent < BGW_MIN_EXPONENT || r->quantity_exponent > 0 ||
      r->quantity_exponent < BGW_MIN_EXPONENT)
    std::abort();
}

void skip(void*, std::uint64_t place, const char* reason) {
  if (place < 1 || *reason == '\0') std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Half of the inputs are rows of a good page, or the fuzzer would have to guess it.
  std::string text(reinterpret_cast<const char*>(data), size);
  if (size > 0 && data[0] % 2 == 0)
    text =
        R"({"retCode":0,"result":{"category":"linear","list":[{)" + text.substr(1) + R"(}],"nextPageCursor":"a&b"}})";
  Input input{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  const bgw_instrument_source source{sizeof source, 0, &input, read};
  const bgw_instrument_sink sink{sizeof sink, 0, nullptr, row, skip};
  bgw_error error{};
  const bgw_instruments& list = *bybit::instruments_extension();
  if (list.parse(&source, &sink, &error) != BGW_OK && error.message[0] == '\0') std::abort();
  char next[128];
  std::memset(next, 'x', sizeof next);
  error = {};
  if (list.next_page(text.data(), text.size(), 1, next, sizeof next, &error) != BGW_OK) {
    if (error.message[0] == '\0') std::abort();
  } else if (std::memchr(next, '\0', sizeof next) == nullptr) {
    std::abort();
  }
  error = {};
  list.judge(403, text.data(), text.size(), &error);
  if (error.message[0] == '\0') std::abort();
  return 0;
}
