#include "tools/broker_sim/replay_server.hpp"

#include <algorithm>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include "tools/broker_sim/replay_session.hpp"

namespace sim {

using gw::websocket::HttpAnswer;

ReplayServer::ReplayServer(boost::asio::io_context& io, PlayedRecording recording, double speed)
    : io_(io), recording_(std::move(recording)), speed_(speed) {}
ReplayServer::~ReplayServer() = default;

void ReplayServer::adopt(gw::TcpSocket&& socket) {
  sessions_.push_back(std::make_unique<ReplaySession>(*this, std::move(socket)));
}

const PlayedSocket* ReplayServer::take(const std::string& path) {
  std::vector<const PlayedSocket*> found, all;
  for (const PlayedSocket& socket : recording_.sockets) {
    if (socket.opened_ns == 0) continue;
    all.push_back(&socket);
    if (socket.path == path) found.push_back(&socket);
  }
  const auto is_of_the_first = [&](const PlayedSocket* socket) { return socket->path == all.front()->path; };
  if (found.empty() && std::all_of(all.begin(), all.end(), is_of_the_first)) found = all;
  return found.empty() ? nullptr : found[clients_[found.front()->path]++ % found.size()];
}

std::size_t ReplayServer::number_of(const PlayedSocket& socket) const {
  return static_cast<std::size_t>(&socket - recording_.sockets.data()) + 1;
}

HttpAnswer ReplayServer::answer(const gw::websocket::HttpRequest& request) {
  const std::string name = std::string(request.method) + ' ' + path_of(request.target);
  const auto found = recording_.answers.find(name);
  if (found == recording_.answers.end()) return {404, "text/plain", "The recording has no such request\n"};
  const PlayedAnswer& played = found->second[requests_[name]++ % found->second.size()];
  return {played.status, "application/json", played.body};
}

void ReplayServer::remove(ReplaySession& session) {
  std::erase_if(sessions_, [&](const auto& one) { return one.get() == &session; });
}

}  // namespace sim
