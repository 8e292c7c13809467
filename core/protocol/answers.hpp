// The gateway's answers to requests in dialect `json`, as JSON text. [any]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/instruments/expiries.hpp"
#include "core/protocol/request.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/router.hpp"

namespace gw::protocol {

// The broker and the session that an answer is about.
struct Context {
  std::string_view broker;  // its name; empty: none configured
  bool extras = false;
  std::string_view id_json;
  std::size_t subscription_limit = 0;  // the gateway's own, per client
};

std::string error(std::string_view code, std::string_view message, std::string_view id_json = {});

struct AuthenticatedExtras {
  std::string_view user;
  std::string_view broker;
  bool simulated;  // its prices are invented
  std::string_view broker_status;
  std::string_view epoch;
};
std::string authenticated(const AuthenticatedExtras* extras, std::string_view id_json);

std::string subscribed(const Entry& entry, const routing::Outcome& outcome, const Context& context);
std::string unsubscribed(const Entry& entry, const routing::Outcome& outcome, const Context& context);
// The error that the outcome is answered with, for a log: "SYMBOL_NOT_FOUND: Symbol X not found for exchange NSE".
// Empty: it is none.
std::string error_text(const Entry& entry, const routing::Outcome& outcome, const Context& context);
// The answer to a request for several symbols, entry by entry.
class BatchAnswer {
 public:
  // `kind`: "subscription" or "unsubscription".
  explicit BatchAnswer(std::string_view kind) : kind_(kind) {}
  // The outcome of an entry with an error is not looked at.
  void add(const Entry& entry, const routing::Outcome& outcome, const Context& context);
  std::string text(std::string_view id_json) const;

 private:
  std::string_view kind_;
  std::size_t good_ = 0;
  std::size_t all_ = 0;
  std::string list_;
};
std::string unsubscribed_all(std::size_t count, std::string_view id_json);
std::string pong(std::int64_t wall_ns, std::string_view id_json);
// The answer to "list", stream by stream.
class HeldStreams {
 public:
  void add(const routing::TopicInfo& topic);
  std::string text(std::string_view id_json) const;

 private:
  std::string list_;
};
// `suggestions`: for clients with extras, when nothing was found.
std::string found_instruments(const std::vector<instruments::InstrumentView>& found,
                              const instruments::Expiries& expiries, std::string_view id_json,
                              const std::vector<std::string>& suggestions = {});
std::string broker_info(std::string_view broker, bool simulated, std::string_view status,
                        const registry::Capabilities& can, std::string_view id_json);

}  // namespace gw::protocol
