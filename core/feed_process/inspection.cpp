#include "core/feed_process/inspection.hpp"

#include <cstdlib>
#include <thread>
#include <utility>

#include <poll.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"
#include "core/feed_process/message_socket.hpp"

namespace gw::feed_process {
namespace {

constexpr int kInspectionLookMs = 100;
constexpr std::size_t kMaxWords = 300;
// The first letter of what the process says; the reason follows.
constexpr char kGood = '+';
constexpr char kBad = '-';

// The last line that the process has printed, as the end of a sentence; it may say why it ended.
std::string last_words(std::string_view said) {
  while (!said.empty() && said.back() == '\n') said.remove_suffix(1);
  if (const std::size_t line = said.rfind('\n'); line != std::string_view::npos) said.remove_prefix(line + 1);
  return said.empty() ? "" : " (it said: " + log::redacted(said, kMaxWords) + ")";
}

}  // namespace

Inspection inspect(const plugin_host::LibraryCopy& copy, const Limits& limits, std::int64_t limit_ns) {
  auto sockets = MessageSocket::make_pair();
  if (!sockets) return {sockets.error().message};
  MessageSocket mine = std::move(sockets->first);
  MessageSocket its = std::move(sockets->second);
  auto begun = Process::begin(
      {"broker-gateway", kInspectWord, std::to_string(its.descriptor()), std::to_string(copy.descriptor()),
       std::to_string(limits.memory), std::to_string(limits.descriptors), copy.file()},
      {its.descriptor(), copy.descriptor()});
  its.close();
  if (!begun) return {begun.error().message};
  const std::int64_t deadline = monotonic_ns() + limit_ns;
  std::string said;
  bool is_over = false;
  while (monotonic_ns() < deadline) {
    pollfd watched[] = {
        {is_over ? -1 : mine.descriptor(), POLLIN, 0}, {begun->descriptor(), POLLIN, 0}, {begun->output(), POLLIN, 0}};
    ::poll(watched, std::size(watched), kInspectionLookMs);
    const auto how = begun->ended();
    for (std::string more = begun->read_output(); !more.empty(); more = begun->read_output()) said += more;
    if (said.size() > 2 * kMaxWords) said.erase(0, said.size() - kMaxWords);
    if (const auto news = mine.receive(0)) {
      is_over = news->is_over;
      if (!is_over && !news->message.empty()) return {news->message.front() == kGood ? "" : news->message.substr(1)};
    }
    if (how) return {"load: found that its process " + *how + last_words(said) + ", expected a descriptor", true};
  }
  return {"load: found a plugin that does not return within " + seconds_text(limit_ns) + ", expected a descriptor",
          true};
}

int run_inspection(int socket, int library, const Limits& limits, const std::string& file) {
  auto is_settled = Process::settle_in({socket, library});
  if (is_settled) is_settled = Process::limit(limits);
  const MessageSocket answer(socket);
  // A plugin that does not return must not keep this process when nobody waits for it any more.
  std::thread([socket] {
    name_this_thread("gone");
    MessageSocket::wait_for_end(socket);
    std::_Exit(1);
  }).detach();
  const auto say = [&answer](const auto& done) {
    answer.send(done ? std::string(1, kGood) : kBad + done.error().message);
  };
  const auto copy = plugin_host::LibraryCopy::adopt(file, library);
  if (is_settled)
    say(plugin_host::load_copy(*copy));
  else
    say(is_settled);
  std::_Exit(0);  // without what the plugin would run at the end
}

}  // namespace gw::feed_process
