// What differs from broker to broker: how clients log in, what they may ask for, what frames look like. The rest of the
// stand-in is common to all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "core/websocket/connection.hpp"
#include "tools/broker_sim/instruments.hpp"

namespace sim {

class Session;

struct Refusal {
  gw::websocket::HttpAnswer answer;
  std::vector<gw::websocket::Header> headers;
  std::string again{};  // sent after the answer, ten times a second, as long as the connection is there
};

struct Login {
  std::string account;             // whose connections are counted
  std::string credentials;         // account and secrets together
  std::optional<Refusal> refusal;  // set when the request is no login at all
};

// What the broker says by itself, whether or not there are ticks.
struct Heartbeat {
  gw::websocket::Opcode opcode;
  std::string_view bytes;
  double seconds;  // from one to the next; 0: there is none unless an option says so
};

enum class Heard { request, wrong_request, ping };

// The broker's side of one connection: its subscriptions and its frames.
class Feed {
 public:
  virtual ~Feed() = default;
  virtual void on_open() {}
  virtual Heard on_message(gw::websocket::Opcode opcode, std::string_view payload) = 0;
  // Moves the market one step for everything subscribed. Returns the frames that show it, stamped with this exchange
  // time.
  virtual std::vector<std::string> update(std::int64_t epoch_milliseconds) = 0;
  virtual std::size_t instruments() const = 0;       // as the broker's limit counts them
  virtual nlohmann::json subscriptions() const = 0;  // instrument to its mode, or its list of modes
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  virtual const char* name() const = 0;
  virtual const char* account_field() const = 0;  // what `GET /books` calls an account
  virtual std::size_t connections_allowed() const = 0;
  virtual std::size_t instruments_allowed() const = 0;
  virtual int expired_status() const = 0;  // HTTP, for credentials that are dead
  virtual Heartbeat heartbeat() const = 0;
  virtual bool is_mode(std::string_view name) const = 0;  // as the books name them
  virtual bool has_error_codes() const = 0;
  virtual bool announces_lists() const = 0;  // tells each new connection the etag of its list

  virtual Login read_login(const gw::websocket::HttpRequest& request) const = 0;
  virtual Refusal refusal(int status) const = 0;
  virtual std::unique_ptr<Feed> open_feed(Session& session) = 0;

  // ---- by plain HTTP
  virtual std::string_view list_path() const = 0;
  virtual std::string list_type() const = 0;  // Content-Type
  virtual bool packs_list() const = 0;        // with gzip, for clients that accept it
  virtual std::string list_of(const std::vector<Instrument>& instruments) const = 0;
  virtual std::string_view profile_path() const { return {}; }  // empty: it serves none
  virtual Login read_rest_login(const gw::websocket::HttpRequest&) const { return {}; }
  virtual std::string profile() const { return {}; }

  // The instrument of every tick in a frame; none when the frame is malformed.
  virtual std::vector<std::string> instruments_in(std::string_view frame) const = 0;
  virtual void corrupt(std::string& frame) const = 0;  // makes it malformed
  virtual std::string unknown_frame() const = 0;       // well-formed, in a layout that nobody knows
};

}  // namespace sim
