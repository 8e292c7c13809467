#include "core/feed_process/inspection.hpp"

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <thread>
#include <utility>

#include <poll.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"
#include "core/feed_process/child.hpp"
#include "core/feed_process/log_relay.hpp"
#include "core/feed_process/message_socket.hpp"

namespace gw::feed_process {
namespace {

constexpr int kInspectionLookMs = 100;
constexpr std::size_t kMaxWords = 300;
constexpr std::size_t kPieceBytes = 64 * 1024;
// 16 brokers with 256 settings each, and long texts.
constexpr std::size_t kMaxDescription = 16 << 20;
// The first letter of what the process says; the rest is a piece of the description, or a reason.
constexpr char kPiece = '.';
constexpr char kGood = '+';
constexpr char kBad = '-';

// The last line that the process has printed, as the end of a sentence; it may say why it ended.
std::string last_words(const std::string& said) {
  return said.empty() ? "" : " (it said: " + log::redacted(said, kMaxWords) + ")";
}

std::string file_name(const plugin_host::LibraryCopy& copy) {
  return std::filesystem::path(copy.file()).filename().string();
}

// What the process of a file says, from its beginning to its end.
class Hearing {
 public:
  Hearing(const std::shared_ptr<plugin_host::LibraryCopy>& copy, const MessageSocket& socket, Process process)
      : copy_(copy), socket_(socket), process_(std::move(process)), relay_(file_name(*copy)) {}

  Inspection wait(std::int64_t limit_ns) {
    const std::int64_t deadline = monotonic_ns() + limit_ns;
    while (monotonic_ns() < deadline) {
      pollfd watched[] = {{is_over_ ? -1 : socket_.descriptor(), POLLIN, 0},
                          {process_.descriptor(), POLLIN, 0},
                          {process_.output(), POLLIN, 0}};
      ::poll(watched, std::size(watched), kInspectionLookMs);
      const auto how = process_.ended();
      relay();
      while (const auto news = socket_.receive(0)) {
        if ((is_over_ = news->is_over)) break;
        if (auto outcome = take(news->message)) return *outcome;
      }
      if (!how) continue;
      relay_.end();
      return {"load: found that its process " + *how + last_words(relay_.last_words()) + ", expected a descriptor",
              true};
    }
    return {"load: found a plugin that does not return within " + seconds_text(limit_ns) + ", expected a descriptor",
            true};
  }

 private:
  void relay() {
    constexpr int kReads = 16;  // a plugin may talk without end
    for (int left = kReads; left != 0; --left) {
      const std::string said = process_.read_output();
      if (said.empty()) return;
      relay_.take(said);
    }
  }

  // Nothing: more is to come.
  std::optional<Inspection> take(std::string_view message) {
    if (message.empty()) return std::nullopt;
    const char kind = message.front();
    message.remove_prefix(1);
    if (kind == kBad) return Inspection{std::string(message)};
    description_ += message;
    if (description_.size() > kMaxDescription)
      return Inspection{"description: found more than 16 MiB of it, expected less"};
    if (kind != kGood) return std::nullopt;
    auto brokers = take_brokers(copy_, description_);
    if (!brokers) return Inspection{brokers.error().message};
    return Inspection{.brokers = std::move(*brokers)};
  }

  const std::shared_ptr<plugin_host::LibraryCopy>& copy_;
  const MessageSocket& socket_;
  Process process_;  // killed where it has not ended
  LogRelay relay_;
  std::string description_;
  bool is_over_ = false;
};

void say(const MessageSocket& socket, const Result<Brokers>& loaded) {
  if (!loaded) {
    socket.send_patiently(kBad + loaded.error().message);
    return;
  }
  const std::string description = describe(*loaded);
  for (std::size_t at = 0; at < description.size(); at += kPieceBytes)
    socket.send_patiently(kPiece + description.substr(at, kPieceBytes));
  socket.send_patiently(std::string(1, kGood));
}

}  // namespace

Inspection inspect(const std::shared_ptr<plugin_host::LibraryCopy>& copy, const Limits& limits, std::int64_t limit_ns) {
  auto sockets = MessageSocket::make_pair();
  if (!sockets) return {sockets.error().message};
  const MessageSocket mine = std::move(sockets->first);
  MessageSocket its = std::move(sockets->second);
  auto begun = Process::begin(
      {"broker-gateway", kInspectWord, std::to_string(its.descriptor()), std::to_string(copy->descriptor()),
       std::to_string(limits.memory), std::to_string(limits.descriptors), copy->file()},
      {its.descriptor(), copy->descriptor()});
  its.close();
  if (!begun) return {begun.error().message};
  return Hearing(copy, mine, std::move(*begun)).wait(limit_ns);
}

int run_inspection(int socket, int library, const Limits& limits, const std::string& file) {
  auto is_settled = Process::settle_in({socket, library});
  if (is_settled) is_settled = Process::limit(limits);
  log_for_gateway(log::Level::debug);  // the gateway leaves out what its own level does
  const MessageSocket answer(socket);
  // A plugin that does not return must not keep this process when nobody waits for it any more.
  std::thread([socket] {
    name_this_thread("gone");
    MessageSocket::wait_for_end(socket);
    std::_Exit(1);
  }).detach();
  const auto copy = plugin_host::LibraryCopy::adopt(file, library);
  const Result<Brokers> loaded = is_settled ? plugin_host::load_copy(*copy) : is_settled.error();
  log::end_thread();  // before the gateway, which then ends this process, has its answer
  say(answer, loaded);
  std::_Exit(0);  // without what the plugin would run at the end
}

}  // namespace gw::feed_process
