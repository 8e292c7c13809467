// SPDX-License-Identifier: Apache-2.0
// bgw/tokens.hpp - maps the broker's tokens, which its packets carry, to the host's handles, and back. One token has
// one handle, and one handle has one token (see "Handles" in bgw/abi.h). This holds even when the host errs and gives
// one token to two handles: the newer handle then has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace bgw {

// Finds texts by std::string_view, without making a std::string of each.
struct TextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

// `State` is what the plugin knows of the token at the broker. It stays with the token when another handle takes the
// token over. Entries keep their addresses until they are let go. [adapter]
template <class Token, class State, class Hash = std::hash<Token>>
class TokenMap {
 public:
  struct Entry {
    Token token{};
    std::uint32_t handle = 0;
    State state{};
  };

  // The entry of a packet's token; null: no handle has it.
  Entry* at(const Token& token) { return find(token); }
  // With TextHash: by any text.
  template <class Key>
  requires requires { typename Hash::is_transparent; }
  Entry* at(const Key& token) { return find(token); }
  // The entry of a handle; null: it has no token, or another handle has taken its token over.
  Entry* of(std::uint32_t handle) {
    const auto found = tokens_.find(handle);
    return found == tokens_.end() ? nullptr : at(found->second);
  }
  // Gives the token to the handle. Let go of the handle's previous token first.
  Entry& hold(std::uint32_t handle, const Token& token) {
    Entry& entry = entries_[token];
    const auto before = tokens_.find(entry.handle);
    if (before != tokens_.end() && before->second == token) tokens_.erase(before);
    tokens_.insert_or_assign(handle, token);
    entry.token = token;
    entry.handle = handle;
    return entry;
  }
  void let_go(std::uint32_t handle) {
    const auto found = tokens_.find(handle);
    if (found == tokens_.end()) return;
    entries_.erase(found->second);
    tokens_.erase(found);
  }
  void clear() {
    entries_.clear();
    tokens_.clear();
  }
  std::size_t size() const { return entries_.size(); }
  // Calls use(entry) for every token that a handle has, in no particular order; `use` must not change the map.
  template <class Use>
  void for_each(Use use) {
    for (auto& [token, entry] : entries_) use(entry);
  }

 private:
  template <class Key>
  Entry* find(const Key& token) {
    const auto found = entries_.find(token);
    return found == entries_.end() ? nullptr : &found->second;
  }

  std::unordered_map<Token, Entry, Hash, std::equal_to<>> entries_;
  std::unordered_map<std::uint32_t, Token> tokens_;
};

template <class State>
using TextTokenMap = TokenMap<std::string, State, TextHash>;

}  // namespace bgw
