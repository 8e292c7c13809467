// What an exchange's feed on one connection is called now, and why. Thread: feed.
#pragma once

#include <cstdint>
#include <string>

#include "core/bus/records.hpp"

namespace gw::liveness {

struct FeedVerdict {
  bus::FeedState state = bus::FeedState::unknown;
  bus::FeedEvidence evidence = bus::FeedEvidence::none;
  std::int64_t since_ns = 0;  // since when it is silent, or alive; monotonic
  std::string message;        // why, without since when
  bool no_frame = false;      // stale because no frame of any kind came
};

}  // namespace gw::liveness
