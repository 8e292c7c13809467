// The broker's own bounds on what may be subscribed, as its plugin declares them. Immutable once made; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bgw/abi.h"

namespace gw::registry {

// The most connections that the gateway uses at one broker, however many the broker allows.
inline constexpr std::uint32_t kMaxConnections = 16;

struct Limits {
  struct Depth {
    std::uint32_t level;
    std::uint32_t per_connection;  // 0: no bound of its own
    std::uint32_t weight;          // how many instruments_per_connection one takes
    friend bool operator==(const Depth&, const Depth&) = default;
  };
  // A kind of connection: see bgw_connection_class.
  struct Class {
    std::string name;
    std::uint32_t connections;  // 0: no bound
    std::uint32_t instruments;  // on each; 0: no bound
    std::uint32_t modes;
    std::vector<std::uint32_t> levels;   // empty: every level
    std::vector<std::string> exchanges;  // empty: every exchange
    bool serves(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const;
    friend bool operator==(const Class&, const Class&) = default;
  };
  static constexpr std::size_t kMaxClasses = 8;

  Limits() = default;
  friend bool operator==(const Limits&, const Limits&) = default;
  // `declared` has passed problem_of().
  explicit Limits(const bgw_limits& declared);
  // What is wrong with what a plugin declares; empty: nothing. NULL is wrong.
  static std::string problem_of(const bgw_limits* declared);

  std::uint32_t instruments_per_connection = 0;  // 0: no bound; one connection carries all
  std::uint32_t connections = 1;
  std::uint32_t connections_per_account = 0;  // as declared, of the scarcest class where there are classes; 0: unknown
  std::uint32_t batch_size = 0;               // 0: not declared
  std::int64_t batch_interval_ns = 0;
  std::int64_t heartbeat_period_ns = 0;
  std::int64_t time_resolution_ns = 1;
  std::vector<Depth> depths;
  std::vector<Class> classes;  // empty: connections are all alike

  // Null: the level has no bound of its own and takes as much as any other subscription.
  const Depth* find(std::uint32_t level) const;
  // The classes, as bits, in which a subscription of an instrument at `exchange` takes room whose richest mode is
  // `mode`: for each mode up to it the first class that serves it.
  std::uint32_t classes_of(std::string_view exchange, std::uint32_t mode, std::uint32_t level) const;
  // The class that carries packets of these modes and this exchange; 0 where there are no classes.
  std::size_t class_of(std::string_view exchange, std::uint32_t modes, std::uint32_t level) const;
  // For people: "3 connections of 3000 instruments each".
  std::string text() const;
  // "3 connections of 50 instruments with 20 levels each".
  std::string text(const Depth& depth) const;
  // "5 connections of 50 instruments each for depth20".
  static std::string text(const Class& of);
};

}  // namespace gw::registry
