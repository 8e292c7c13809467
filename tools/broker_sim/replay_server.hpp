// A broker that plays a recording: the n-th client of a path gets what the n-th socket of that path got, in the frames
// and at the pace of then, or faster. One thread.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/websocket/asio_fwd.hpp"
#include "core/websocket/connection.hpp"
#include "tools/broker_sim/played_recording.hpp"

namespace sim {

class ReplaySession;

class ReplayServer {
 public:
  static constexpr double kAsFastAsPossible = std::numeric_limits<double>::infinity();

  // `speed`: 2 is twice as fast as then.
  ReplayServer(boost::asio::io_context& io, PlayedRecording recording, double speed);
  ~ReplayServer();

  void adopt(gw::TcpSocket&& socket);
  boost::asio::io_context& io() { return io_; }
  double speed() const { return speed_; }
  // What the next client of the path gets; null: the recording has no such path. Where it has one path alone, any will
  // do: settings for a stand-in are often without it.
  const PlayedSocket* take(const std::string& path);
  std::size_t number_of(const PlayedSocket& socket) const;  // from 1
  gw::websocket::HttpAnswer answer(const gw::websocket::HttpRequest& request);
  void remove(ReplaySession& session);

 private:
  boost::asio::io_context& io_;
  PlayedRecording recording_;
  double speed_;
  std::map<std::string, std::size_t> clients_;   // so far, by path
  std::map<std::string, std::size_t> requests_;  // the same, by "GET /path"
  std::vector<std::unique_ptr<ReplaySession>> sessions_;
};

}  // namespace sim
