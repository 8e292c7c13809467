// One adapter object, which is one connection of a broker's link: its socket, timers, sessions, and what it carries.
// Everything runs on the feed thread that serves it. Owned by BrokerLink.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include <boost/asio/ts/netfwd.hpp>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/bus/update_queue.hpp"
#include "core/liveness/feed_judge.hpp"
#include "core/plugin_host/library.hpp"
#include "core/plugin_host/link_options.hpp"
#include "core/plugin_host/lot_converter.hpp"
#include "core/plugin_host/unanswered.hpp"
#include "core/plugin_host/update_check.hpp"
#include "core/registry/capabilities.hpp"
#include "core/transport/timers.hpp"
#include "core/transport/ws_client.hpp"

namespace gw::plugin_host {

// What a failed call said, never empty.
std::string text_of(const bgw_error& error);
// The feed of a connection that carries something may be silent for so long.
std::int64_t stall_limit_of(const Library& library, const LinkOptions& options);

// What is wanted of one instrument.
struct Wanted {
  std::uint32_t mode;
  std::uint32_t depth_level;
  std::uint32_t connection;
  std::string symbol, exchange, broker_symbol, broker_exchange, token;
  std::uint32_t lot_size = 0;
  InstrumentKind kind = InstrumentKind::other;
};

class AdapterInstance;

// How a session ended.
struct Loss {
  bgw_status status = BGW_E_TRANSIENT;
  std::int64_t retry_after_ns = 0;
  std::string why;
  bool silent = false;        // ended by the gateway: no frame came
  bool by_choice = false;     // ended by the gateway: to log in anew for the feed
  std::int64_t lived_ns = 0;  // since the login; 0: there was none
};

// The link that a connection belongs to. [feed]
class AdapterOwner {
 public:
  virtual void on_ready(AdapterInstance& connection) = 0;
  virtual void on_lost(AdapterInstance& connection, const Loss& loss) = 0;
  virtual void on_feed_news() = 0;
  virtual const Wanted* find_wanted(std::uint32_t instrument) const = 0;
  // Grows with each login of any connection: order counts within one.
  virtual std::uint32_t next_session() = 0;
  virtual std::int64_t wall_at(std::int64_t monotonic_ns) const = 0;

 protected:
  ~AdapterOwner() = default;
};

class AdapterInstance final : public transport::WsClient::Events {
 public:
  // `options`, `counts` and `writer` are the link's and outlive this. The judge is the connection's: the object that
  // takes this one's place goes on with it.
  AdapterInstance(boost::asio::io_context& io, std::shared_ptr<const Library> library, const LinkOptions& options,
                  LinkCounts& counts, bus::UpdateWriter& writer, AdapterOwner& owner,
                  std::shared_ptr<liveness::FeedJudge> judge);
  ~AdapterInstance() override;
  AdapterInstance(const AdapterInstance&) = delete;
  AdapterInstance& operator=(const AdapterInstance&) = delete;

  // create and initialize. An error: the settings are wrong or the plugin failed. Credentials that are missing or
  // refused are none: login_problem() has them.
  Result<void> create();
  bool exists() const { return adapter_ != nullptr; }
  const std::string& login_problem() const { return login_problem_; }
  const registry::Capabilities& capabilities() const { return capabilities_; }
  // Tells the adapter to disconnect, then ends the object.
  void stop();
  void destroy();

  enum class State { idle, connecting, ready };
  State state() const { return state_; }
  // One attempt; on_ready or on_lost follows, perhaps before it returns.
  void connect();
  // Ends a session whose feed is not what it should be.
  void recycle(const std::string& why);
  // Ends the session, if there is one; on_lost does not follow.
  void disconnect();

  // ---- what it carries: adapter_demand.cpp
  void subscribe(std::span<const std::uint32_t> instruments);
  void unsubscribe(std::span<const std::uint32_t> instruments);
  // All that another one carries: it is subscribed when this one is ready.
  void take_over(const AdapterInstance& other);
  // Ends these subscriptions at the broker and begins them anew.
  void ask_again(const std::vector<std::uint32_t>& instruments);
  std::size_t carried() const { return carried_.size(); }

  std::int64_t frame_limit() const;
  const std::shared_ptr<liveness::FeedJudge>& judge() const { return judge_; }
  bool was_lost = false;  // had a session, and has had none since; the link's

 private:
  friend struct HostTable;

  // WsClient::Events
  void on_open() override;
  void on_frame(std::uint32_t opcode, std::span<const std::byte> frame) override;
  void on_close(const websocket::CloseInfo& info) override;
  void on_silence(const std::string& reason) override;

  // Runs one call into the adapter; whatever it throws becomes a status. What the adapter asked for during the call
  // (ready, fail) is acted on afterwards, so that the host never calls back from inside a host function.
  template <class F>
  bgw_status call(bgw_error& error, F&& function) {
    if (!begin_call(error)) return BGW_E_STATE;
    bgw_status status = BGW_E_EXCEPTION;
    try {
      status = function();
    } catch (...) {
      describe_exception(error);
    }
    return end_call(status, error);
  }
  bool begin_call(bgw_error& error) noexcept;
  static void describe_exception(bgw_error& error) noexcept;
  bgw_status end_call(bgw_status status, const bgw_error& error);
  void after_call();

  // What the adapter is told of a connection that ended, and what it makes of it.
  bgw_status tell_closed(const websocket::CloseInfo& info, bgw_error& error);
  // A call into the adapter ended the session. fail() does so too and has the last word.
  void lost(bgw_status status, const bgw_error& error, const std::string& why);
  void end_by_gateway(Loss loss);
  void give_up_login();
  void end_session(Loss loss);
  void leave_session();
  void pump();
  bool hand_over(std::span<const std::uint32_t> instruments, bool awaits);
  void replay();
  void await_answers();
  void say_what_is_unanswered();
  void answered(std::uint32_t handle) noexcept;
  const AdapterSetting* find_setting(std::string_view key) const;

  // what the adapter asks of the host
  void publish(const bgw_update& update) noexcept;
  bgw_status open_websocket(const bgw_websocket_request& request, std::uint32_t& connection);
  void drop_socket();
  void count_left_out(const UpdateCheck::Result& checked) noexcept;
  bool is_live(std::uint32_t handle) const noexcept { return handle < asked_.size() && asked_[handle] != 0; }

  boost::asio::io_context& io_;
  std::shared_ptr<const Library> library_;  // first of what the adapter needs, so that it goes last
  const LinkOptions& options_;
  LinkCounts& counts_;
  bus::UpdateWriter& writer_;
  AdapterOwner& owner_;
  registry::Capabilities capabilities_;
  bgw_host host_{};
  void* adapter_ = nullptr;
  bool initializing_ = false;
  std::string login_problem_;

  enum OwnTimer : std::uint32_t { kPace, kLogin, kAnswers };
  transport::Timers timers_;  // the adapter's
  transport::Timers own_timers_;
  std::unique_ptr<transport::WsClient> socket_;
  std::shared_ptr<websocket::AddressMemory> addresses_ = websocket::make_address_memory();
  std::uint32_t connection_ = 0;  // 0: nothing that the socket says counts
  std::shared_ptr<liveness::FeedJudge> judge_;

  // One attempt to be connected, from connect() on. What was posted for an earlier one does nothing.
  struct Session {
    bool is_over = false;
  };
  std::shared_ptr<Session> session_;
  State state_ = State::idle;
  std::int64_t ready_ns_ = 0;
  std::uint32_t session_number_ = 0;

  int calls_ = 0;
  bool ready_asked_ = false;
  std::optional<bgw_error> failure_;
  std::int64_t call_wall_ns_ = 0;  // when the call into the plugin began that is under way: its frame was read then
  std::int64_t call_mono_ns_ = 0;

  std::unordered_set<std::uint32_t> carried_;
  std::deque<std::uint32_t> queue_;  // to be subscribed, at the broker's pace
  std::unordered_set<std::uint32_t> queued_;
  std::int64_t next_batch_ns_ = 0;
  // By handle. 0: may not be published; else one more than the depth level that the adapter was asked for, with
  // kBelowZero where its exchange has prices of zero and below, and kUnanswered until something has come of it.
  static constexpr std::uint16_t kBelowZero = 0x8000;
  static constexpr std::uint16_t kUnanswered = 0x4000;
  static constexpr std::uint16_t kDepth = 0x3fff;
  std::vector<std::uint16_t> asked_;
  Unanswered unanswered_;
  LotConverter lots_;
  UpdateCheck check_;
};

}  // namespace gw::plugin_host
