// How the requests of one session are read: parsed, large ones in pieces, charged to its request rate, and not read at
// all while the client asks too fast, has too many unanswered or does not read what it is sent. [shard]
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "core/admission/request_rate.hpp"
#include "core/protocol/large_request.hpp"
#include "core/protocol/request.hpp"
#include "core/session/options.hpp"
#include "core/websocket/connection.hpp"

namespace gw::session {

class RequestIntake {
 public:
  // Bytes of the largest message of an unauthenticated client: it is parsed before anybody knows who sent it.
  static constexpr std::size_t kMaxUnauthenticatedMessage = 16 * 1024;

  RequestIntake(websocket::Connection& connection, const SessionOptions& options)
      : connection_(connection), options_(options) {}

  // The client has authenticated.
  void admit(std::shared_ptr<admission::SharedRate> of_key);
  bool is_admitted() const { return admitted_; }

  // A request that can be handed over. `bytes` is what it weighs until done().
  struct Taken {
    protocol::Request request;
    std::size_t bytes;
  };
  // Takes a message that came. Nothing: it is parsed in pieces, once begins_to_parse() says so.
  std::optional<Taken> take(std::string_view payload, std::int64_t now_ns);
  // True once for each such message, when its turn has come: parse_some() is to be called until it is done.
  bool begins_to_parse();
  // Parses one more piece. Nothing: there is more to parse, or no such message.
  std::optional<Taken> parse_some();
  bool is_parsing() const { return large_ != nullptr; }
  // A ping is a request too.
  void note_control_frame(std::int64_t now_ns);
  // A request of `bytes` is done; charge `extra` more requests to the client's rate.
  void done(std::size_t bytes, std::size_t extra, std::int64_t now_ns);

  bool is_too_fast() const { return too_fast_; }
  // Looks again at a client that asks too fast. True: it has done so for long, and should be told.
  bool look(std::int64_t now_ns);
  admission::RateLimit rate_limit() const;
  // Pauses reading, or lets it go on.
  void update_pause();
  bool is_paused() const { return paused_; }

 private:
  void charge(std::size_t count, std::int64_t now_ns);
  void begin_large(std::int64_t now_ns);
  Taken weighed(protocol::Request request, std::size_t payload);

  websocket::Connection& connection_;
  const SessionOptions& options_;
  admission::RequestRate rate_;
  std::unique_ptr<protocol::LargeRequest> large_;  // nothing else is read meanwhile
  std::size_t large_charge_ = 0;  // charge of a large request that waits for its key's rate; 0: none waits
  std::size_t unanswered_ = 0;    // bytes of requests that are not done
  bool admitted_ = false;
  bool begins_ = false;
  bool too_fast_ = false;
  bool paused_ = false;
};

}  // namespace gw::session
