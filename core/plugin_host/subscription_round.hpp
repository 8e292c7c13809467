// What became of the subscriptions that were handed over together, after a login or by a batch of requests: one line of
// the log, instead of one for each. Plain counts. Thread: feed.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace gw::plugin_host {

struct SubscriptionRound {
  static constexpr std::size_t kMaxNamed = 10;

  std::size_t asked = 0;
  std::size_t ticking = 0;    // data came
  std::size_t confirmed = 0;  // the broker's word came, and no data before it
  std::size_t refused = 0;
  std::size_t quiet = 0;              // nothing came within the time for an answer
  std::vector<std::string> silent{};  // names of quiet ones, kMaxNamed at most

  void add(const SubscriptionRound& other) {
    asked += other.asked;
    ticking += other.ticking;
    confirmed += other.confirmed;
    refused += other.refused;
    quiet += other.quiet;
    for (const std::string& name : other.silent) note_silent(name);
  }
  void note_silent(const std::string& name) {
    if (silent.size() < kMaxNamed) silent.push_back(name);
  }
  // "2,999 of 3,000 subscribed, 2,980 ticking, 19 quiet: A, B, …; 1 refused"
  std::string text() const;
};

}  // namespace gw::plugin_host
