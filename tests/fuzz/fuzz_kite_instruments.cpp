// Any bytes as Kite's instrument list: rows are complete, complaints name a line, and nothing stops
// the load.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <string>

#include "zerodha_instruments.hpp"

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
  if (r->place < 2 || *r->exchange == '\0' || *r->token == '\0' || r->strike < 0 || r->tick_size < 0 || r->lot_size < 0)
    std::abort();
}

void skip(void*, std::uint64_t place, const char* reason) {
  if (place < 2 || *reason == '\0') std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Half of the inputs begin after a good header, or the fuzzer would have to guess it.
  static constexpr char kHeader[] =
      "instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_"
      "size,instrument_type,segment,exchange\n";
  std::string text;
  if (size > 0 && data[0] % 2 == 0) text = kHeader;
  text.append(reinterpret_cast<const char*>(data), size);
  Input input{reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  const bgw_instrument_source source{sizeof source, 0, &input, read};
  const bgw_instrument_sink sink{sizeof sink, 0, nullptr, row, skip};
  bgw_error error{};
  const bgw_status status = zerodha::instruments_extension()->parse(&source, &sink, &error);
  if (status != BGW_OK && error.message[0] == '\0') std::abort();
  return 0;
}
