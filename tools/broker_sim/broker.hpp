// The stand-in broker as a whole: what all its connections share, what it counts, and the faults it plays. One thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/base/result.hpp"
#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/fault.hpp"
#include "tools/broker_sim/login_server.hpp"
#include "tools/broker_sim/protocol.hpp"
#include "tools/broker_sim/recorded.hpp"
#include "tools/broker_sim/served_list.hpp"

namespace sim {

class RandomDrops;
class Session;
class TcpListener;

struct Options {
  std::vector<RecordedFrame> recorded;  // in order; empty: frames are made
  bool loop = false;
  double rate = 5;               // frames a second, or updates a second of each subscribed instrument
  double heartbeat = 0;          // seconds from one to the next; 0: as the broker does
  std::string instruments_file;  // the list that is served; empty: a list of the stand-in's own
  std::shared_ptr<const gw::websocket::ServerTls> tls;
  std::shared_ptr<LoginServer> logins;  // null: there is no login, and every token is taken
};

struct Counts {
  std::uint64_t connections = 0;  // TCP
  std::uint64_t logins = 0;
  std::uint64_t logins_refused = 0;
  std::map<int, std::uint64_t> refused_by_status;
  std::uint64_t requests = 0;
  std::uint64_t requests_wrong = 0;
  std::map<std::string, std::uint64_t> by_action;
  std::uint64_t pings = 0;
  std::uint64_t pings_sent = 0;                     // by the fault `pings`
  std::map<std::string, std::uint64_t> by_address;  // TCP connections, by the address that they came to
  std::uint64_t heartbeats_sent = 0;
  std::uint64_t frames_sent = 0;
  std::uint64_t frames_dropped = 0;  // by a throttle
  std::uint64_t ticks_sent = 0;      // in well-formed frames
  std::unordered_map<std::string, std::uint64_t> ticks;
  std::map<std::string, std::map<int, std::uint64_t>> web;  // answers by plain HTTP: path, status, how many
  std::size_t most_open = 0;
  std::size_t max_instruments = 0;  // of one connection
};

class Broker {
 public:
  Broker(boost::asio::io_context& io, std::unique_ptr<Protocol> protocol, Options options);
  ~Broker();

  void adopt(gw::TcpSocket&& socket);
  // `refuse_connections` closes this listener.
  void accepts_through(TcpListener& listener) { listeners_.push_back(&listener); }

  boost::asio::io_context& io() { return io_; }
  Protocol& protocol() { return *protocol_; }
  const Protocol& protocol() const { return *protocol_; }
  const Options& options() const { return options_; }

  const Fault& fault() const { return fault_; }
  gw::Result<void> set_fault(Fault fault);
  void kill_credentials() { dead_ = seen_; }
  void revive_credentials() { dead_.clear(); }
  std::int64_t exchange_time() const;  // milliseconds since the epoch

  Counts& counts() { return counts_; }
  const Counts& counts() const { return counts_; }
  void reset_counts();
  void count_peaks();

  std::vector<Session*> open_sessions() const;
  // Counts the login. Nothing: the client may come in.
  std::optional<Refusal> refuse(const Login& login);
  // Whether REST accepts the credentials. They count as seen.
  bool takes(const Login& login);
  gw::Result<ServedList> list() const;
  void remove(Session& session);

 private:
  bool is_dead(const Login& login) const;
  std::optional<Refusal> reason_to_refuse(const Login& login) const;
  Refusal refusal_by_fault() const;
  void answer(gw::TcpSocket&& socket);

  boost::asio::io_context& io_;
  std::unique_ptr<Protocol> protocol_;
  Options options_;
  std::vector<TcpListener*> listeners_;
  Fault fault_;
  std::unique_ptr<RandomDrops> drops_;
  std::set<std::string> seen_;  // credentials
  std::set<std::string> dead_;
  Counts counts_;
  std::uint64_t last_id_ = 0;
  std::vector<std::unique_ptr<Session>> sessions_;
  std::vector<gw::TcpSocket> unanswered_;  // wait while the broker is half open
};

}  // namespace sim
