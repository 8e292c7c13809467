#include "core/feed_process/feed_process.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

#include <poll.h>

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"
#include "core/feed_process/child.hpp"
#include "core/feed_process/log_relay.hpp"
#include "core/feed_process/process.hpp"
#include "core/feed_process/questions.hpp"
#include "core/plugin_host/library_copy.hpp"

namespace gw::feed_process {
namespace {

using plugin_host::Callback;
using plugin_host::CallWatch;
using plugin_host::Hang;

constexpr int kLookMs = 100;
// What is read of one kind before the rest is looked at, since a process may talk without end.
constexpr int kMessagesATurn = 4;
constexpr int kReadsOfAPipe = 4;  // it holds no more
constexpr std::int64_t kEndPatienceNs = 2'000'000'000;

std::string number_text(int number) { return std::to_string(number); }

}  // namespace

FeedProcess::FeedProcess(std::shared_ptr<const plugin_host::Library> library, plugin_host::LinkOptions options,
                         const Limits& limits, log::Level level, bus::Doorbell& routing_bell)
    : Feed(options.name, std::filesystem::path(library->path()).filename().string()),
      library_(std::move(library)),
      options_(std::move(options)),
      limits_(limits),
      level_(level),
      routing_bell_(routing_bell) {}

FeedProcess::~FeedProcess() { end(); }

Result<void> FeedProcess::make_sockets() {
  auto shared = plugin_host::SharedLink::make();
  if (!shared) return shared.error();
  shared_ = std::move(*shared);
  auto commands = MessageSocket::make_pair();
  if (!commands) return commands.error();
  auto questions = MessageSocket::make_pair();
  if (!questions) return questions.error();
  commands_ = std::move(commands->first);
  child_commands_ = std::move(commands->second);
  questions_ = std::move(questions->first);
  child_questions_ = std::move(questions->second);
  return {};
}

std::string FeedProcess::setup_message() const {
  Setup setup;
  setup.file = library_->path();
  setup.broker = library_->descriptor().broker;
  setup.level = level_;
  setup.limits = limits_;
  setup.options = options_;
  setup.asks_market = static_cast<bool>(options_.market_open);
  return pack(setup);
}

void FeedProcess::begin() {
  if (const auto made = make_sockets(); !made) return note_end(made.error().message);
  commands_.send(setup_message());
  thread_ = std::thread([this] {
    name_this_thread("process");
    run();
  });
}

plugin_host::Preparation FeedProcess::preparation(std::int64_t wait_ns) {
  using plugin_host::Preparation;
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::nanoseconds(wait_ns), [this] { return state_ != State::preparing; });
  if (state_ == State::preparing) return {};
  if (state_ == State::ended) return {Preparation::State::lost, loss_};
  auto narrowed = registry::Capabilities({library_->descriptor().capabilities, library_->descriptor().capability_count})
                      .narrowed_by(prepared_.capabilities);
  if (prepared_.problem.empty() && !narrowed) prepared_.problem = narrowed.error().message;
  if (!prepared_.problem.empty()) return {Preparation::State::refused, prepared_.problem};
  capabilities_ = std::move(*narrowed);
  return {Preparation::State::ready, ""};
}

void FeedProcess::give_up() {
  const std::lock_guard lock(mutex_);
  is_ending_ = true;
  kill_ns_ = monotonic_ns();
}

void FeedProcess::tell(Kind kind) {
  Packer to;
  to.put(kind);
  commands_.send(to.bytes());
}

void FeedProcess::start() {
  log::info("plugin", name() + ": runs in a process of its own, " + number_text(number_));
  tell(Kind::start);
}

std::uint64_t FeedProcess::relogin(std::vector<plugin_host::AdapterSetting> settings) {
  const std::uint64_t asked = shared_->counts().next_asked();
  Packer to;
  to.put(Kind::relogin);
  to.put(asked);
  put_settings(to, settings);
  commands_.send(to.bytes());
  return asked;
}

std::uint64_t FeedProcess::retry() {
  const std::uint64_t asked = shared_->counts().next_asked();
  Packer to;
  to.put(Kind::retry);
  to.put(asked);
  commands_.send(to.bytes());
  return asked;
}

std::optional<Hang> FeedProcess::hang() { return hang_of(name(), plugin(), shared_->calls(), CallWatch::kHangNs); }

bool FeedProcess::is_lost() {
  const std::lock_guard lock(mutex_);
  return state_ == State::ended;
}

std::string FeedProcess::death() {
  const std::lock_guard lock(mutex_);
  return state_ == State::ended ? loss_ : std::string();
}

void FeedProcess::report(Done done) {
  Packer to;
  {
    const std::lock_guard lock(mutex_);
    if (state_ == State::prepared) {
      reports_[++last_report_] = std::move(done);
      to.put(Kind::report);
      to.put(last_report_);
    }
  }
  if (done) return done(std::nullopt);
  commands_.send(to.bytes());
}

void FeedProcess::ask(std::function<void()> done) {
  report([done = std::move(done)](const std::optional<plugin_host::LinkReport>&) { done(); });
}

void FeedProcess::begin_end() {
  const std::lock_guard lock(mutex_);
  if (std::exchange(is_ending_, true)) return;
  // One that has not come as far as to be asked does not hear that it has to end.
  kill_ns_ = monotonic_ns() + (state_ == State::preparing ? 0 : kEndPatienceNs);
  tell(Kind::stop);
}

void FeedProcess::end() {
  if (!thread_.joinable()) return;
  begin_end();
  thread_.join();
}

// ---- thread "process"

void FeedProcess::run() {
  const int library = library_->copy();
  const std::vector<int> descriptors{child_commands_.descriptor(),
                                     child_questions_.descriptor(),
                                     shared_->memory(),
                                     shared_->channel().adapter_bell().descriptor(),
                                     routing_bell_.descriptor(),
                                     library};
  std::vector<std::string> arguments{"broker-gateway", kProcessWord};
  for (const int descriptor : descriptors) arguments.push_back(number_text(descriptor));
  auto begun = Process::begin(arguments, descriptors);
  child_commands_.close();
  child_questions_.close();
  if (!begun) return note_end(begun.error().message);
  number_.store(begun->number(), std::memory_order_relaxed);
  serve(*begun);
}

void FeedProcess::serve(Process& process) {
  LogRelay relay(name());
  beat_ns_ = monotonic_ns();
  for (;;) {
    pollfd watched[] = {{process.descriptor(), POLLIN, 0},
                        {process.output(), POLLIN, 0},
                        {commands_.descriptor(), POLLIN, 0},
                        {questions_.descriptor(), POLLIN, 0}};
    ::poll(watched, std::size(watched), kLookMs);
    relay.take(process.read_output());  // some: there may be no end of it
    bool is_over = false;
    for (int left = kMessagesATurn; left != 0; --left) {
      const auto news = commands_.receive(0);
      if (!news || (is_over = news->is_over)) break;
      take(news->message);
    }
    for (int left = kMessagesATurn; left != 0; --left) {
      const auto question = questions_.receive(0);
      if (!question || question->is_over) break;
      answer(questions_, question->message, options_);
    }
    if (const auto how = process.ended()) {
      for (int left = kReadsOfAPipe; left != 0; --left) relay.take(process.read_output());
      relay.end();
      const auto call = shared_->calls().call();
      return note_end("its process " + *how +
                      (has_damaged_memory() ? ": it had damaged the memory that it shares with the gateway"
                       : call               ? ", in " + std::string(word(call->function)) + " of " + plugin()
                                            : ""));
    }
    const std::int64_t now = monotonic_ns();
    look_at_heart(now);
    if (is_over) note_silence(now);
    bool must_die = shared_->calls().is_given_up() || has_damaged_memory();
    {
      const std::lock_guard lock(mutex_);
      must_die = must_die || (kill_ns_ != 0 && now >= kill_ns_);
    }
    if (must_die) process.kill();
    if (is_over || must_die) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

void FeedProcess::take(const std::string& message) {
  Unpacker from(message);
  const auto kind = from.take<Kind>();
  if (kind == Kind::prepared) {
    prepared_ = unpack_prepared(from);
    const std::lock_guard lock(mutex_);
    state_ = State::prepared;
    changed_.notify_all();
  }
  if (kind != Kind::reported) return;
  const auto number = from.take<std::uint64_t>();
  auto report = take_report(from);
  Done done;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = reports_.find(number); found != reports_.end())
      done = std::move(reports_.extract(found).mapped());
  }
  if (done) done(std::move(report));
}

bool FeedProcess::has_damaged_memory() const { return shared_->channel().updates().is_broken(); }

// A process that was stopped is in no call, and still does nothing: it is marked as in one.
void FeedProcess::look_at_heart(std::int64_t now_ns) {
  plugin_host::CallMark& calls = shared_->calls();
  const auto call = calls.call();
  if (const std::uint64_t beats = shared_->beats(); beats != beats_) {
    beats_ = beats;
    beat_ns_ = now_ns;
    if (call && call->function == Callback::nothing) calls.clear();
  } else if (!call && now_ns - beat_ns_ > CallWatch::kHangNs) {
    calls.enter(Callback::nothing, beat_ns_);
  }
}

// The process has closed its end of the socket and goes on: it can be told nothing, and ends by itself or is killed.
void FeedProcess::note_silence(std::int64_t now_ns) {
  const std::lock_guard lock(mutex_);
  if (kill_ns_ == 0) kill_ns_ = now_ns + kEndPatienceNs;
}

void FeedProcess::note_end(std::string how) {
  std::map<std::uint64_t, Done> unanswered;
  {
    const std::lock_guard lock(mutex_);
    loss_ = std::move(how);
    // event: …: how the broker's process has ended: its signal or exit status, and in which function of the plugin
    if (!is_ending_) log::error("plugin", name() + ": " + loss_);
    state_ = State::ended;
    unanswered.swap(reports_);
  }
  changed_.notify_all();
  for (const auto& [number, done] : unanswered) done(std::nullopt);
}

}  // namespace gw::feed_process
