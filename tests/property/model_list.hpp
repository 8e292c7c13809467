// The instrument list of one model broker as it changes, and the symbols that have had each of its tokens.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/index.hpp"

namespace gw::property {

inline constexpr int kSymbols = 9;
inline constexpr int kTokens = 12;
inline constexpr int kNone = -1;

inline std::string symbol_text(int symbol) { return "S" + std::to_string(symbol); }
inline int symbol_of(std::string_view text) { return text.at(1) - '0'; }

// The price that a model broker sends says which token it is of, and in which life of the token. A token begins another
// life when a list gives it to a symbol that did not have it, and to none that did.
struct Value {
  int broker = 0;
  int token = 0;
  int life = 0;

  std::int64_t price() const { return 1 + broker + 2 * (token + std::int64_t{kTokens} * life); }
  static Value of(std::int64_t price) {
    const std::int64_t rest = (price - 1) / 2;
    return {static_cast<int>((price - 1) % 2), static_cast<int>(rest % kTokens), static_cast<int>(rest / kTokens)};
  }
};

inline std::string text_of(const Value& v) {
  return "token " + std::to_string(v.token) + " of broker " + std::to_string(v.broker) + " in its life " +
         std::to_string(v.life);
}

class ModelList {
 public:
  // With `tokens_per_exchange` every two tokens share a number and differ in the exchange.
  explicit ModelList(bool tokens_per_exchange) : per_exchange_(tokens_per_exchange) {
    row_.fill(kNone);
    last_.fill(kNone);
    for (int symbol = 0; symbol < 6; ++symbol) row_[at(symbol)] = symbol;
    commit();
  }

  bool lists(int symbol) const { return row_[at(symbol)] != kNone; }
  // The token that the symbol has, or had when it was listed last; kNone: it was never listed.
  int token(int symbol) const { return last_[at(symbol)]; }
  bool is_taken(int token) const { return std::find(row_.begin(), row_.end(), token) != row_.end(); }
  int life(int token) const { return lives_[at(token)].number; }
  // Whether clients may see the value under the symbol's name now.
  bool allows(int symbol, const Value& v) const {
    const Life& life = lives_[at(v.token)];
    return v.token == token(symbol) && v.life == life.number && life.owners.contains(symbol) &&
           (lists(symbol) || !is_taken(v.token));
  }

  // One or two changes as brokers make them from one list to the next.
  void change(std::mt19937_64& random) {
    change_once(random);
    if (random() % 3 == 0) change_once(random);
    commit();
  }

  std::shared_ptr<const instruments::Index> index(const std::array<std::string, kSymbols>& expiries) const {
    instruments::Index::Builder builder(kSymbols);
    for (int symbol = 0; symbol < kSymbols; ++symbol) {
      if (token(symbol) == kNone) continue;
      const std::string name = symbol_text(symbol);
      const std::string number = token_text(token(symbol));
      instruments::InstrumentView view;
      view.symbol = name;
      view.exchange = "NSE";
      view.token = number;
      view.broker_exchange = exchange_text(token(symbol));
      view.expiry = expiries[at(symbol)];
      lists(symbol) ? builder.add(view) : builder.add_former(view);
    }
    return std::make_shared<const instruments::Index>(std::move(builder).build());
  }
  int token_of(std::string_view number, std::string_view exchange) const {
    for (int token = 0; token < kTokens; ++token)
      if (number == token_text(token) && exchange == exchange_text(token)) return token;
    return kNone;
  }

 private:
  struct Life {
    int number = 0;
    std::set<int> owners;  // symbols that have the token, or had it last
  };

  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  std::string token_text(int token) const { return std::to_string(100 + (per_exchange_ ? token / 2 : token)); }
  std::string_view exchange_text(int token) const { return per_exchange_ && token % 2 == 1 ? "BOARD B" : "BOARD A"; }

  static int any_of(const std::vector<int>& from, std::mt19937_64& random) {
    return from.empty() ? kNone : from[random() % from.size()];
  }
  std::vector<int> listed() const {
    std::vector<int> all;
    for (int symbol = 0; symbol < kSymbols; ++symbol)
      if (lists(symbol)) all.push_back(symbol);
    return all;
  }
  int any_unlisted(std::mt19937_64& random) const {
    std::vector<int> all;
    for (int symbol = 0; symbol < kSymbols; ++symbol)
      if (!lists(symbol)) all.push_back(symbol);
    return any_of(all, random);
  }
  int any_free_token(std::mt19937_64& random) const {
    std::vector<int> all;
    for (int token = 0; token < kTokens; ++token)
      if (!is_taken(token)) all.push_back(token);
    return any_of(all, random);
  }

  void change_once(std::mt19937_64& random) {
    std::vector<int> some = listed();
    std::shuffle(some.begin(), some.end(), random);
    some.resize(std::min<std::size_t>(some.size(), 2 + random() % 3));
    const int unlisted = any_unlisted(random);
    const int free = any_free_token(random);
    switch (random() % 8) {
      case 0:  // tokens change hands in a circle
        for (std::size_t i = 1; i < some.size(); ++i) std::swap(row_[at(some[i - 1])], row_[at(some[i])]);
        return;
      case 1:  // each gets the next one's, the last a new one
        for (std::size_t i = 1; i < some.size(); ++i) row_[at(some[i - 1])] = row_[at(some[i])];
        if (!some.empty() && free != kNone) row_[at(some.back())] = free;
        return;
      case 2:
        if (!some.empty()) row_[at(some[0])] = kNone;
        return;
      case 3:  // a name comes back as it was, whoever has its token by now
        if (unlisted != kNone) row_[at(unlisted)] = last_[at(unlisted)] != kNone ? last_[at(unlisted)] : free;
        return;
      case 4:  // a name is new, or comes back with another token
        if (unlisted != kNone) row_[at(unlisted)] = free;
        return;
      case 5:  // two share a token
        if (some.size() > 1) row_[at(some[0])] = row_[at(some[1])];
        return;
      case 6:  // another name has the token from now on
        if (unlisted == kNone || some.empty()) return;
        row_[at(unlisted)] = std::exchange(row_[at(some[0])], kNone);
        return;
      default:
        if (!some.empty() && free != kNone) row_[at(some[0])] = free;
        return;
    }
  }

  void commit() {
    for (int token = 0; token < kTokens; ++token) {
      std::set<int> now;
      for (int symbol = 0; symbol < kSymbols; ++symbol)
        if (row_[at(symbol)] == token) now.insert(symbol);
      Life& life = lives_[at(token)];
      // A symbol that has another token by now has left this one.
      std::erase_if(life.owners, [&](int symbol) { return lists(symbol) && row_[at(symbol)] != token; });
      if (now.empty()) continue;
      if (std::none_of(now.begin(), now.end(), [&](int symbol) { return life.owners.contains(symbol); })) ++life.number;
      life.owners = std::move(now);
    }
    for (int symbol = 0; symbol < kSymbols; ++symbol)
      if (lists(symbol)) last_[at(symbol)] = row_[at(symbol)];
  }

  bool per_exchange_;
  std::array<int, kSymbols> row_{};  // the list in use: the token of each symbol
  std::array<int, kSymbols> last_{};
  std::array<Life, kTokens> lives_{};
};

}  // namespace gw::property
