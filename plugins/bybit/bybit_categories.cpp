#include "bybit_categories.hpp"

#include <algorithm>

namespace bybit {

std::string token_of(Category category, std::string_view symbol) {
  return std::string(facts_of(category).name) + ':' + std::string(symbol);
}

// "BTCUSDT", "BTCUSDT-14AUG26".
bool is_symbol(std::string_view text) {
  return !text.empty() && text.size() <= 60 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/';
  });
}

std::optional<Symbol> symbol_of(std::string_view token) {
  for (std::size_t i = 0; i < kCategories; ++i) {
    const std::string_view name = kCategoryFacts[i].name;
    if (!token.starts_with(name) || token.size() <= name.size() || token[name.size()] != ':') continue;
    const std::string_view symbol = token.substr(name.size() + 1);
    if (is_symbol(symbol)) return Symbol{static_cast<Category>(i), symbol};
  }
  return std::nullopt;
}

}  // namespace bybit
