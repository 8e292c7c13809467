#include "report.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <vector>

namespace bench {
namespace {

template <class Number>
Number at(const std::vector<Number>& sorted, double share) {
  if (sorted.empty()) return 0;
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1) + 0.5)];
}

struct Least {
  std::size_t topics;
  std::uint64_t updates;  // of one topic
};

// The least that any slow client has got.
Least least_of_slow(const Load& load) {
  Least least{std::numeric_limits<std::size_t>::max(), std::numeric_limits<std::uint64_t>::max()};
  for (std::size_t i = 0; i < load.clients().size(); ++i) {
    if (load.is_reading(i) || load.is_stalled(i)) continue;
    least.topics = std::min(least.topics, load.clients()[i].topics().size());
    for (const auto& [topic, count] : load.clients()[i].topics()) least.updates = std::min(least.updates, count);
  }
  return least;
}

}  // namespace

std::string report(Load& load) {
  Counts reading, all;
  std::vector<std::uint64_t> messages;
  std::vector<double> gaps;
  std::vector<double> ages;  // mean of each client that is timed
  for (std::size_t i = 0; i < load.clients().size(); ++i) {
    const Counts& counts = load.clients()[i].counts();
    all.messages += counts.messages;
    all.bytes += counts.bytes;
    all.payload_bytes += counts.payload_bytes;
    if (!load.is_reading(i)) continue;
    reading.messages += counts.messages;
    messages.push_back(counts.messages);
    gaps.push_back(static_cast<double>(counts.longest_gap_ns) / 1e6);
    if (counts.age_us != 0) ages.push_back(static_cast<double>(counts.age_us) / static_cast<double>(counts.messages));
  }
  std::sort(messages.begin(), messages.end());
  std::sort(gaps.begin(), gaps.end());
  std::sort(ages.begin(), ages.end());

  const Least slow = least_of_slow(load);
  load.drain_stalled();
  std::map<std::string, int> closes;
  for (const Client& client : load.clients())
    if (client.close_code() != 0) ++closes[std::to_string(client.close_code())];

  const double seconds = load.counted_seconds;
  const auto rate = [seconds](std::uint64_t count) { return static_cast<double>(count) / seconds; };
  nlohmann::ordered_json out = {
      {"clients", load.clients().size()},
      {"seconds", seconds},
      {"deliveries_per_second", rate(all.messages)},
      {"reading_deliveries_per_second", rate(reading.messages)},
      {"payload_bytes_per_second", rate(all.payload_bytes)},
      {"bytes_per_second", rate(all.bytes)},
      {"per_connection", {{"min", at(messages, 0)}, {"median", at(messages, 0.5)}, {"max", at(messages, 1)}}},
      {"longest_gap_ms", {{"p50", at(gaps, 0.5)}, {"p99", at(gaps, 0.99)}, {"max", at(gaps, 1)}}},
      {"closes", closes},
      {"connects_per_second", static_cast<double>(load.clients().size()) / load.open_seconds},
      {"client_cpu", load.own_cpu_seconds / seconds},
      {"server",
       {{"cpu", (load.server_end.cpu_seconds - load.server_begin.cpu_seconds) / seconds},
        {"kib_before", load.server_before.memory_kib},
        {"kib_open", load.server_open.memory_kib},
        {"kib_peak", load.server_end.peak_kib}}}};
  for (std::size_t i = 0; i < Timing::kNames.size(); ++i) {
    std::vector<float> all_ages = load.timing.stages()[i];
    if (all_ages.empty()) continue;
    std::sort(all_ages.begin(), all_ages.end());
    out["age_us"][Timing::kNames[i]] = {{"count", all_ages.size()},     {"p50", at(all_ages, 0.5)},
                                        {"p90", at(all_ages, 0.9)},     {"p99", at(all_ages, 0.99)},
                                        {"p99.9", at(all_ages, 0.999)}, {"max", at(all_ages, 1)}};
  }
  if (!ages.empty()) out["client_mean_age_us"] = {{"first", ages.front()}, {"last", ages.back()}};
  if (load.options().slow > 0) out["slow"] = {{"least_topics", slow.topics}, {"least_of_a_topic", slow.updates}};
  return out.dump();
}

}  // namespace bench
