// When a link's connections log in: one after the other, again after a loss, and not at all without credentials. The
// one owner of reconnects, whatever the number of connections. Thread: feed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/plugin_host/connections.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/plugin_host/link_policy.hpp"
#include "core/plugin_host/link_status.hpp"
#include "core/plugin_host/refusals.hpp"
#include "core/transport/timers.hpp"

namespace gw::plugin_host {

class LoginScheduler {
 public:
  LoginScheduler(LinkContext& link, Connections& connections, LinkStatus& status);

  void start();
  // Stops all logins.
  void stop();
  bool is_running() const { return running_; }
  // New credentials are in the options: refusals of the old ones count no more.
  void forget_credentials() { refusals_.forget(); }
  // Forgets all pauses and logs in at once. `asked`: the number under which somebody waits for the outcome, or 0.
  void start_over(std::uint64_t asked = 0);
  // The login that is under way is the one that somebody waits for.
  void follow(std::uint64_t asked) { asked_ = asked; }
  // Logs in the next connection that needs it, unless that must wait.
  void connect_next();
  // Does so soon: for callers inside a callback of a connection.
  void connect_soon();

  // ---- what happens to a connection
  void on_ready(BrokerConnection& connection);
  void on_lost(const Loss& loss, const std::string& why);
  // Sets the link connected if all connections that were logged in are so again.
  void say_connected();
  // The broker itself has refused the credentials.
  void refuse_credentials(const std::string& why);
  void reconnect_later(const Loss& loss, const std::string& why);

  bool is_halted() const { return halted_; }
  // Whether the next login waits for its time.
  bool is_waiting() const { return retry_at_ns_ != 0; }

 private:
  enum Timer : std::uint32_t { kReconnect, kFollow, kSecondLogin };

  void on_timer(std::uint32_t id);
  void begin(BrokerConnection& connection);
  void wait_for_proof();
  void wait_after_refusal(const std::string& why);
  void ask_about_credentials();
  void on_credentials(const CredentialsAnswer& answer);
  void retry_at(std::int64_t at_ns, std::int64_t now_ns, const std::string& why);
  void halt(bus::LinkState state, const std::string& message, bool is_final = true);
  // The outcome of the login that somebody asked for is known.
  void settle();
  std::optional<std::string> missing_secret() const;
  std::string after_a_new_login() const;

  LinkContext& link_;
  Connections& connections_;
  LinkStatus& status_;
  LinkPolicy policy_;
  Refusals refusals_;
  bool running_ = false;
  bool ever_connected_ = false;
  bool halted_ = false;                                         // auth_expired or failed: no login until somebody acts
  bool refused_once_ = false;                                   // the present credentials were
  std::int64_t retry_at_ns_ = 0;                                // 0: no login waits for its time
  std::uint64_t asked_ = 0;                                     // the login that somebody waits for; 0: nobody does
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);  // tells posted tasks whether `this` still lives
  transport::Timers timers_;
};

}  // namespace gw::plugin_host
