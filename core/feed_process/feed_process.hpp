// A broker's link in a process of its own: whatever the plugin does there, this process goes on. It begins with
// begin(), and each object is one process: another one follows only as another object.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/bus/doorbell.hpp"
#include "core/feed_process/message_socket.hpp"
#include "core/feed_process/messages.hpp"
#include "core/plugin_host/feed.hpp"
#include "core/plugin_host/library.hpp"
#include "core/plugin_host/shared_link.hpp"

namespace gw::feed_process {

class FeedProcess final : public plugin_host::Feed {
 public:
  // `options` as for a link of this process; what is a function there is called on the thread "process". The bell
  // outlives this object.
  FeedProcess(std::shared_ptr<const plugin_host::Library> library, plugin_host::LinkOptions options,
              const Limits& limits, log::Level level, bus::Doorbell& routing_bell);
  ~FeedProcess() override;

  void begin() override;
  plugin_host::Preparation preparation(std::int64_t wait_ns) override;
  void give_up() override;
  const registry::Capabilities& capabilities() override { return capabilities_; }
  const registry::Limits& limits() override { return prepared_.limits; }
  std::int64_t stall_limit_ns() override { return prepared_.stall_limit_ns; }
  bus::Channel& channel() override { return shared_->channel(); }
  const plugin_host::LinkCounts& counts() override { return shared_->counts(); }
  plugin_host::CallMark& calls() override { return shared_->calls(); }
  void start() override;
  std::uint64_t relogin(std::vector<plugin_host::AdapterSetting> settings) override;
  std::uint64_t retry() override;
  std::optional<plugin_host::Hang> hang() override;
  bool is_lost() override;
  bool is_process() const override { return true; }
  std::string death() override;
  void report(std::function<void(std::optional<plugin_host::LinkReport> report)> done) override;
  void ask(std::function<void()> done) override;
  void begin_end() override;
  void end() override;

 private:
  enum class State : std::uint8_t { preparing, prepared, ended };
  using Done = std::function<void(std::optional<plugin_host::LinkReport> report)>;

  Result<void> make_sockets();
  std::string setup_message() const;
  void tell(Kind kind);
  void run();
  void serve(class Process& process);
  void take(const std::string& message);
  bool has_damaged_memory() const;
  void look_at_heart(std::int64_t now_ns);
  void note_silence(std::int64_t now_ns);
  void note_end(std::string how);

  std::shared_ptr<const plugin_host::Library> library_;
  plugin_host::LinkOptions options_;
  const Limits limits_;
  const log::Level level_;
  bus::Doorbell& routing_bell_;
  std::shared_ptr<plugin_host::SharedLink> shared_;
  MessageSocket commands_, questions_;              // this side's ends
  MessageSocket child_commands_, child_questions_;  // until the process has begun
  registry::Capabilities capabilities_;
  Prepared prepared_;
  std::atomic<int> number_ = -1;  // of the process
  std::uint64_t beats_ = 0;
  std::int64_t beat_ns_ = 0;

  std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  State state_ = State::preparing;
  std::string loss_;
  bool is_ending_ = false;
  std::int64_t kill_ns_ = 0;  // monotonic: when the process is killed if it has not ended; 0: never
  std::uint64_t last_report_ = 0;
  std::map<std::uint64_t, Done> reports_;  // by number: what waits for an answer
  std::thread thread_;
};

}  // namespace gw::feed_process
