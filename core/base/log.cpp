#include "core/base/log.hpp"

#include <atomic>
#include <memory>
#include <mutex>

#include "core/base/clock.hpp"
#include "core/base/descriptor.hpp"
#include "core/base/log_thread.hpp"
#include "core/base/log_writer.hpp"
#include "core/base/secret_filter.hpp"

namespace gw::log {
namespace {

struct State {
  std::atomic<Level> level{Level::info};
  std::mutex secrets_mutex;
  std::shared_ptr<const SecretFilter> secrets = std::make_shared<SecretFilter>();
  std::mutex writer_mutex;
  std::unique_ptr<LogWriter> writer = std::make_unique<LogWriter>(Options{});
  std::atomic<LogThread*> thread{nullptr};  // never deleted: threads may log until the very end
};

State& state() {
  static auto& instance = *new State;  // never destroyed, for the same reason
  return instance;
}

std::shared_ptr<const SecretFilter> secrets() {
  State& s = state();
  const std::scoped_lock lock(s.secrets_mutex);
  return s.secrets;
}

}  // namespace

void configure(const Options& options) {
  State& s = state();
  auto writer = std::make_unique<LogWriter>(options);
  const std::scoped_lock lock(s.writer_mutex);
  s.writer = std::move(writer);
  set_level(options.level);
}

void start_thread() {
  State& s = state();
  const std::scoped_lock lock(s.writer_mutex);
  if (s.writer != nullptr) s.thread = new LogThread(std::move(s.writer));
}

// What is logged from here on has come too late.
void end_thread() {
  if (LogThread* thread = state().thread) thread->end(kMaxEndNs);
}

void drain(std::int64_t limit_ns) noexcept {
  if (LogThread* thread = state().thread) thread->drain(limit_ns);
}

void reopen() {
  State& s = state();
  if (LogThread* thread = s.thread) return thread->reopen();
  const std::scoped_lock lock(s.writer_mutex);
  if (s.writer != nullptr) s.writer->reopen();
}

void set_level(Level level) noexcept { state().level.store(level, std::memory_order_relaxed); }

bool enabled(Level level) noexcept { return level >= state().level.load(std::memory_order_relaxed); }

std::string redacted(std::string_view message, std::size_t limit) { return secrets()->apply(message, limit); }

void redact(std::string_view secret) {
  if (secret.size() < 4) return;
  State& s = state();
  const std::scoped_lock lock(s.secrets_mutex);
  if (s.secrets->knows(secret)) return;
  auto more = std::make_shared<SecretFilter>(*s.secrets);
  more->add(secret);
  s.secrets = std::move(more);
}

void write(Level level, std::string_view module, std::string_view message) {
  if (!enabled(level)) return;
  State& s = state();
  Line line{wall_ns(), level, std::string(module), redacted(message)};
  if (LogThread* thread = s.thread) return thread->queue().push(std::move(line));
  const std::scoped_lock lock(s.writer_mutex);
  if (s.writer == nullptr) return;
  s.writer->add(line);
  s.writer->flush();
}

void print_error(std::string_view text) noexcept {
  const auto standard_error = Descriptor::standard_error();
  standard_error.write_within(text, kMaxEndNs);
}

}  // namespace gw::log
