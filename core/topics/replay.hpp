// Clients that come back after a lost connection: which topics stay wanted for them, and what is kept of what they
// missed. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "core/topics/replay_log.hpp"
#include "core/topics/topic_table.hpp"

namespace gw::topics {

class Replay {
 public:
  // Both outlive this.
  Replay(TopicTable& topics, const ReplayLog& log) : topics_(topics), log_(log) {}

  // Keeps the topic wanted and logged until `until_ns`, monotonic, though nobody holds it.
  void keep(TopicId id, std::int64_t until_ns);
  // The topics whose time is over; from now on they are not kept any more.
  std::vector<TopicId> take_expired(std::int64_t now_ns);
  void end(TopicId id);

  // Hands over the frames that are kept of the topic after `seq`, oldest first, until `take` refuses one. `seq` becomes
  // that of the last frame taken; `missing` grows by the updates that are not kept. True: nothing is left to hand over.
  bool hand_over(TopicId id, std::uint64_t& seq, std::uint64_t& missing,
                 const std::function<bool(std::string_view frame)>& take);

 private:
  bool find_oldest_after(const Topic& topic, std::uint64_t seq);

  TopicTable& topics_;
  const ReplayLog& log_;
  std::set<std::pair<std::int64_t, TopicId>> kept_;  // each topic once, by its kept_until_ns
  std::vector<ReplayLog::Position> found_;           // by find_oldest_after
};

}  // namespace gw::topics
