// The stand-in broker as a whole: what all its connections share, what it counts, and the faults it
// plays. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/kite_market.hpp"

namespace sim {

struct RecordedFrame {
  bool is_text;
  std::string bytes;
};

struct KiteOptions {
  std::vector<RecordedFrame> recorded;  // in order; empty: frames are made
  bool loop = false;
  double rate = 5;  // frames a second, or updates a second of each subscribed token
};

// What goes wrong until it is told otherwise.
struct Fault {
  int upgrade_status = 0;  // every upgrade is answered so
  bool no_ticks = false;   // heartbeats go on
  bool no_heartbeats = false;
};

struct Counts {
  std::uint64_t connections = 0;  // TCP, since the start
  std::uint64_t logins = 0;
  std::uint64_t logins_refused = 0;
  std::uint64_t requests = 0;
  std::uint64_t requests_wrong = 0;
  std::uint64_t frames_sent = 0;
  std::map<std::string, std::uint64_t> by_action;
};

class KiteSession;

class KiteBroker {
 public:
  KiteBroker(boost::asio::io_context& io, KiteOptions options);
  ~KiteBroker();

  void adopt(gw::TcpSocket&& socket);
  // The control port.
  gw::websocket::HttpAnswer control(const gw::websocket::HttpRequest& request);

  // ---- for KiteSession
  boost::asio::io_context& io() { return io_; }
  const KiteOptions& options() const { return options_; }
  const Fault& fault() const { return fault_; }
  KiteMarket& market() { return market_; }
  Counts& counts() { return counts_; }
  // Logged-in connections of one key.
  std::size_t connections_of(std::string_view api_key) const;
  void remove(KiteSession& session);

 private:
  std::string books() const;
  gw::Result<void> apply_fault(std::string_view body);

  boost::asio::io_context& io_;
  KiteOptions options_;
  Fault fault_;
  KiteMarket market_;
  Counts counts_;
  std::vector<std::unique_ptr<KiteSession>> sessions_;
};

}  // namespace sim
