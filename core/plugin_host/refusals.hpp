// Upgrades that a broker refused without saying why: how long to wait after each, and what the broker's web interface
// says of the credentials. One for all connections of a link; knows no clock. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/plugin_host/link_options.hpp"

namespace gw::plugin_host {

class Refusals {
 public:
  // `pauses_ns`: the pause after each refusal in a row; the last one counts for all that follow.
  explicit Refusals(std::vector<std::int64_t> pauses_ns) : pauses_ns_(std::move(pauses_ns)) {}

  // One more refusal. Returns the pause before the next attempt.
  std::int64_t add(const std::string& why);
  // The reason of the last refusal. Where the credentials are known to be good, it says so.
  std::string why() const;

  // The credentials are asked about once in 15 minutes. After a login a minute is enough, because what was known before
  // it may be over.
  bool may_ask(std::int64_t now_ns) const;
  // The question is wanted as long as the result does not expire.
  std::weak_ptr<const void> begin_question(std::int64_t now_ns);
  // The answer to the question that is wanted.
  void answered(const CredentialsAnswer& answer);
  // The answer would come too late, or nobody needs it.
  void drop_question() { question_.reset(); }

  // A connection logged in: the broker itself accepts the credentials.
  void on_login();
  // All connections are logged in, or somebody asked for an attempt: the pauses begin anew.
  void begin_anew() { in_a_row_ = 0; }
  // There are new credentials.
  void forget();

 private:
  std::vector<std::int64_t> pauses_ns_;
  std::size_t in_a_row_ = 0;
  std::string why_;
  std::shared_ptr<const void> question_;  // null: none is under way
  std::optional<std::int64_t> asked_ns_;  // when the last question began
  bool logged_in_since_ = false;
  std::string good_;  // what was said of good credentials; empty: they are not known to be good
};

}  // namespace gw::plugin_host
