// Runs a property from many seeds. GW_SEED=N makes one run alone, GW_RUNS=N makes the runs 1 to N.
#pragma once

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string>

#include <gtest/gtest.h>

namespace gw::property {

// `run` returns what is wrong; empty when nothing is.
inline void for_each_seed(std::uint64_t runs, const std::function<std::string(std::uint64_t seed)>& run) {
  const auto number_from = [](const char* name) -> std::uint64_t {
    const char* text = std::getenv(name);
    return text == nullptr ? 0 : std::strtoull(text, nullptr, 10);
  };
  std::uint64_t first = 1;
  if (const std::uint64_t one = number_from("GW_SEED"); one != 0) {
    first = one;
    runs = 1;
  } else if (const std::uint64_t many = number_from("GW_RUNS"); many != 0) {
    runs = many;
  }
  const testing::TestInfo& test = *testing::UnitTest::GetInstance()->current_test_info();
  for (std::uint64_t seed = first; seed < first + runs; ++seed)
    ASSERT_EQ(run(seed), "") << "alone: GW_SEED=" << seed << ' ' << program_invocation_short_name
                             << " --gtest_filter=" << test.test_suite_name() << '.' << test.name();
}

}  // namespace gw::property
