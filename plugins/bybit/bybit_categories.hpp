// Bybit's categories that this plugin serves, each with a socket of its own, and what a token of the instrument list
// says. Any thread. Source: bybit-exchange.github.io/docs, v5/ws/connect and v5/websocket/public/orderbook.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bybit {

// "BTCUSDT" is a symbol of both.
enum class Category : std::size_t { kLinear, kSpot };
inline constexpr std::size_t kCategories = 2;

struct CategoryFacts {
  const char* name;      // at Bybit: in addresses, in the instrument list and in tokens
  const char* exchange;  // at the gateway
  // "Public channel - Args limits": 10 for spot. For linear there is no limit; a request of this many topics is small,
  // and few topics are asked for again when one of them is refused.
  std::size_t topics_a_request;
};
inline constexpr std::array<CategoryFacts, kCategories> kCategoryFacts = {
    {{"linear", "BYBIT_LINEAR", 100}, {"spot", "BYBIT_SPOT", 10}}};
constexpr const CategoryFacts& facts_of(Category category) {
  return kCategoryFacts[static_cast<std::size_t>(category)];
}

// How many levels a client can have. Those between Bybit's own are cut from the next larger book.
inline constexpr std::array<std::uint16_t, 7> kDepthLevels = {1, 5, 20, 30, 50, 200, 1000};
// The books that Bybit offers in both categories, by their levels a side.
inline constexpr std::array<std::uint32_t, 4> kBookDepths = {1, 50, 200, 1000};
// The smallest book that has so many levels; 0: there is none.
constexpr std::uint32_t book_depth_for(std::uint32_t level) {
  for (const std::uint32_t depth : kBookDepths)
    if (level > 0 && level <= depth) return depth;
  return 0;
}

// A token is "linear:BTCUSDT": unique in the whole list.
std::string token_of(Category category, std::string_view symbol);
struct Symbol {
  Category category;
  std::string_view name;  // part of the token
};
// Nothing: the token is not of this form, or its symbol has characters that no symbol of Bybit has.
std::optional<Symbol> symbol_of(std::string_view token);
bool is_symbol(std::string_view text);

}  // namespace bybit
