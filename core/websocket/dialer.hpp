// A TCP connection to whichever of a host's addresses answers first (RFC 8305, section 5): the next one is tried when
// the one before has failed or 250 ms have passed, and earlier attempts go on meanwhile. Thread: the connection's.
#pragma once

#include <chrono>
#include <functional>
#include <list>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/outgoing.hpp"

namespace gw::websocket {

class Dialer : public std::enable_shared_from_this<Dialer> {
 public:
  using tcp = boost::asio::ip::tcp;
  // `socket` is open, or `problem` names each address that failed.
  using Done = std::function<void(const std::string& problem, tcp::socket&& socket)>;

  Dialer(boost::asio::io_context& io, std::string host, Outgoing outgoing, Done done);

  // Called once, with at least one address. `done` follows, never from inside this call.
  void start(std::vector<tcp::endpoint> addresses);
  // No further call to `done`.
  void cancel();
  // Which addresses failed so far, and which have not answered: "ws.example.com (203.0.113.9:443): timed out; (…): …".
  std::string so_far() const;

 private:
  struct Attempt {
    Attempt(boost::asio::io_context& io, const tcp::endpoint& to) : socket(io), peer(to) {}
    tcp::socket socket;
    tcp::endpoint peer;
    std::string problem;
    bool pending = true;
  };

  void next();
  void begin(Attempt& attempt);
  void ended(Attempt& attempt, const std::string& problem);
  void finish(const std::string& problem, tcp::socket&& socket);

  boost::asio::io_context& io_;
  std::string host_;  // for messages
  Outgoing outgoing_;
  Done done_;
  boost::asio::steady_timer timer_;
  std::vector<tcp::endpoint> waiting_;  // the next one last
  std::list<Attempt> attempts_;         // a list, because handlers refer to its elements
};

}  // namespace gw::websocket
