// What is known of a running gateway at one moment, as plain data: each thread copies its part, the monitor's thread
// reads the whole. [any]
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "apps/gateway/login_counts.hpp"
#include "core/base/duration_histogram.hpp"
#include "core/bus/records.hpp"
#include "core/plugin_host/call_watch.hpp"
#include "core/plugin_host/link_report.hpp"
#include "core/requests/request_counts.hpp"
#include "core/routing/router.hpp"
#include "core/session/shard_report.hpp"

namespace gw::app {

// The feed of one exchange at one broker.
struct FeedView {
  std::string exchange;
  // As the link judged it; stale where it would be live and the link is not connected: what ticked before proves
  // nothing.
  bus::FeedState state = bus::FeedState::unknown;
  bool is_cut_off = false;    // stale for no other reason
  std::int64_t since_ns = 0;  // wall; 0: not known
  std::string message;
  bool halted = false;
  std::string market;           // "open", "closed" and so on, as clients are told
  std::size_t served = 0;       // instruments that the broker serves there to users
  double last_live_age_s = -1;  // of the last live tick; -1: there was none
};

struct BrokerView {
  std::string name;
  bool enabled = true;
  bool always_open = false;  // its feeds are watched at any hour
  bool is_active = false;    // serves the default group
  bus::LinkState state = bus::LinkState::disconnected;
  std::string message;    // why it is in that state
  std::string next_step;  // what to do about that; empty: nothing
  std::size_t wanted = 0;
  std::int64_t list_time_ns = 0;  // of the instrument list; 0: none, or built in
  std::vector<FeedView> feeds;
  topics::TopicTable::Counts subscriptions{};  // by mode and state
  std::vector<upstream::ConnectionAllocator::Use> limits;
};

struct RoutingView {
  std::vector<BrokerView> brokers;
  std::size_t clients = 0;
  routing::RouterCounts counts;
  requests::RequestCounts requests;
  DurationHistogram until_routed;
};

// A part is missing when its thread did not answer in time.
struct Observation {
  std::optional<RoutingView> routing;
  std::vector<std::optional<session::ShardReport>> shards;  // by number
  std::optional<std::vector<plugin_host::LinkReport>> links;
  std::vector<plugin_host::Hang> hangs;  // calls into plugins that do not return
  LoginCountsByBroker logins;            // of the brokers that log in by themselves
  std::string database_problem;          // why keys and lists cannot be read; empty: they can
};

}  // namespace gw::app
