// Random demand on connections of several classes, against an oracle that counts by itself.
#include "core/upstream/connection_allocator.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

namespace gw::upstream {
namespace {

using registry::Limits;

bgw_connection_class class_of(const char* name, std::uint32_t connections, std::uint32_t instruments,
                              std::uint32_t modes, std::vector<std::uint16_t> levels = {}) {
  bgw_connection_class made{};
  std::snprintf(made.name, sizeof made.name, "%s", name);
  made.connections = connections;
  made.instruments = instruments;
  made.modes = modes;
  made.depth_count = static_cast<std::uint32_t>(levels.size());
  std::copy(levels.begin(), levels.end(), made.depths);
  return made;
}

Limits limits_of(const std::vector<bgw_connection_class>& classes, std::uint32_t per_connection = 0,
                 std::uint32_t connections = 0) {
  bgw_limits limits{};
  limits.size = sizeof limits;
  limits.instruments_per_connection = per_connection;
  limits.connections_per_account = connections;
  limits.class_count = static_cast<std::uint32_t>(classes.size());
  limits.classes = classes.data();
  EXPECT_EQ(Limits::problem_of(&limits), "");
  return Limits(limits);
}

// As the contract has it: for each mode up to the richest, the first class with the mode and, for depth, the level.
std::set<std::size_t> needed(const std::vector<bgw_connection_class>& classes, std::uint32_t mode,
                             std::uint32_t level) {
  std::set<std::size_t> out;
  for (const std::uint32_t one : {1U, 2U, 4U}) {
    if (one > mode) break;
    for (std::size_t i = 0; i < classes.size(); ++i) {
      const bgw_connection_class& c = classes[i];
      bool has_level = one != 4U || c.depth_count == 0;
      for (std::uint32_t d = 0; d < c.depth_count; ++d) has_level = has_level || c.depths[d] == level;
      if ((c.modes & one) == 0 || !has_level) continue;
      out.insert(i);
      break;
    }
  }
  return out;
}

struct Held {
  std::uint32_t mode = 0, level = 0;
  ConnectionAllocator::Allocation at{};
};

TEST(ConnectionClasses, RandomDemandNeverBreaksALimitAndIsRefusedOnlyWhereNothingFits) {
  std::mt19937 random(4);
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  int refused = 0;
  int second_connections = 0;
  for (int round = 0; round < 200; ++round) {
    const std::vector<bgw_connection_class> classes = {
        class_of("feed", below(4), 2 + below(6), 1 | 2 | (below(2) != 0 ? 4U : 0U), {5}),
        class_of("depth20", below(4), below(4), 4, {20}), class_of("depth200", 1 + below(3), 1 + below(2), 4, {200})};
    const std::uint32_t per_connection = below(3) == 0 ? 3 + below(4) : 0;
    const Limits limits = limits_of(classes, per_connection);
    ConnectionAllocator allocator(limits);
    std::map<int, Held> held;
    // Whether the instrument may stand on the connection beside all others.
    const auto fits = [&](int which, std::uint32_t connection, const std::set<std::size_t>& need) {
      std::map<std::uint32_t, std::uint32_t> all;
      std::map<std::size_t, std::map<std::uint32_t, std::uint32_t>> of_class;
      for (const auto& [id, h] : held) {
        if (id == which) continue;
        ++all[h.at.connection];
        for (const std::size_t c : needed(classes, h.mode, h.level)) ++of_class[c][h.at.connection];
      }
      ++all[connection];
      for (const std::size_t c : need) ++of_class[c][connection];
      if (per_connection != 0 && all[connection] > per_connection) return false;
      for (const std::size_t c : need) {
        if (classes[c].instruments != 0 && of_class[c][connection] > classes[c].instruments) return false;
        if (classes[c].connections != 0 && of_class[c].size() > classes[c].connections) return false;
      }
      return true;
    };
    for (int step = 0; step < 200; ++step) {
      const int which = static_cast<int>(below(30));
      Held& h = held[which];
      if (h.mode != 0 && below(3) == 0) {
        allocator.replace(h.at, {});
        held.erase(which);
        continue;
      }
      const std::uint32_t mode = 1U << below(3);
      const std::uint32_t level = mode != 4 ? 0 : std::array{5U, 20U, 200U}[below(3)];
      const auto found = allocator.find(h.at, "NSE", mode, level);
      const std::set<std::size_t> need = needed(classes, mode, level);
      std::uint32_t first = 0;
      while (first < limits.connections && !fits(which, first, need)) ++first;
      ASSERT_EQ(found.has_value(), first < limits.connections) << "round " << round << " step " << step;
      if (found) {
        const bool stays = h.mode != 0 && fits(which, h.at.connection, need);
        ASSERT_EQ(found->connection, stays ? h.at.connection : first);
        allocator.replace(h.at, *found);
        h.mode = mode;
        h.level = level;
        second_connections += found->connection != 0;
      } else {
        ++refused;
        EXPECT_NE(allocator.limit_text("NSE", mode, level), "");
        if (h.mode == 0) held.erase(which);
      }
    }
  }
  EXPECT_GT(refused, 100);
  EXPECT_GT(second_connections, 100);
}

TEST(ConnectionClasses, TheLimitThatIsFullIsNamed) {
  const std::vector<bgw_connection_class> classes = {class_of("feed", 2, 2, 3), class_of("depth20", 1, 1, 4, {20})};
  ConnectionAllocator allocator(limits_of(classes));
  std::vector<ConnectionAllocator::Allocation> held;
  const auto take = [&](std::uint32_t mode, std::uint32_t level) {
    const auto found = allocator.find({}, "NSE", mode, level);
    if (!found) return false;
    allocator.replace(held.emplace_back(), *found);
    return true;
  };
  ASSERT_TRUE(take(4, 20));
  EXPECT_FALSE(take(4, 20));
  EXPECT_EQ(allocator.limit_text("NSE", 4, 20), "1 connection of 1 instruments for depth20");
  ASSERT_TRUE(take(1, 0));
  ASSERT_TRUE(take(1, 0));
  ASSERT_TRUE(take(1, 0));
  EXPECT_FALSE(take(1, 0));
  EXPECT_EQ(allocator.limit_text("NSE", 1, 0), "2 connections of 2 instruments each for feed");
}

TEST(ConnectionClasses, WhereNoConnectionHasRoomInAllOfThemTheRichestIsNamed) {
  const std::vector<bgw_connection_class> classes = {class_of("feed", 2, 1, 3), class_of("depth20", 1, 5, 4, {20})};
  ConnectionAllocator allocator(limits_of(classes));
  ConnectionAllocator::Allocation first{};
  allocator.replace(first, *allocator.find({}, "NSE", 4, 20));
  // The feed has room on the second connection, and depth20 on the first only.
  EXPECT_FALSE(allocator.find({}, "NSE", 4, 20));
  EXPECT_EQ(allocator.limit_text("NSE", 4, 20), "1 connection of 5 instruments for depth20");
}

TEST(ConnectionClasses, TheCommonLimitIsNamedWhereItIsTheFullOne) {
  const std::vector<bgw_connection_class> classes = {class_of("feed", 2, 100, 7)};
  ConnectionAllocator allocator(limits_of(classes, 1, 1));
  ConnectionAllocator::Allocation first{};
  allocator.replace(first, *allocator.find({}, "NSE", 1, 0));
  EXPECT_FALSE(allocator.find({}, "NSE", 1, 0)) << "the account has one connection, whatever its classes allow";
  EXPECT_EQ(allocator.limit_text("NSE", 1, 0), "1 connection of 1 instruments");
}

TEST(ConnectionClasses, SocketsOfTwoExchangesHaveRoomOfTheirOwn) {
  std::vector<bgw_connection_class> classes = {class_of("spot", 1, 1, 7), class_of("futures", 1, 2, 7)};
  classes[0].exchanges = "SPOT MARGIN";
  classes[1].exchanges = "FUTURES";
  ConnectionAllocator allocator(limits_of(classes));
  ConnectionAllocator::Allocation spot{}, first{}, second{};
  allocator.replace(spot, *allocator.find({}, "SPOT", 2, 0));
  EXPECT_FALSE(allocator.find({}, "MARGIN", 2, 0));
  EXPECT_EQ(allocator.limit_text("MARGIN", 2, 0), "1 connection of 1 instruments for spot");
  allocator.replace(first, *allocator.find({}, "FUTURES", 2, 0));
  EXPECT_EQ(first.classes, 2U);
  allocator.replace(second, *allocator.find({}, "FUTURES", 4, 20));
  EXPECT_FALSE(allocator.find({}, "FUTURES", 1, 0));
  EXPECT_EQ(allocator.limit_text("FUTURES", 1, 0), "1 connection of 2 instruments for futures");
}

}  // namespace
}  // namespace gw::upstream
