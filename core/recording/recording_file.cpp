#include "core/recording/recording_file.hpp"

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/base/thread_name.hpp"

namespace gw::recording {
namespace {

constexpr std::size_t kPiece = 256 * 1024;
// The thread looks so often, or as soon as a piece is full: one that is woken for each record would cost the feed more
// than the record.
constexpr std::chrono::milliseconds kLook{20};
constexpr std::size_t kBytesPerSpaceLook = 4 << 20;

// Of all files: bytes that were taken, and bytes that are in their files or lost.
std::atomic<std::uint64_t> taken{0};
std::atomic<std::uint64_t> settled{0};

// "20261124T091500123Z"
std::string time_in_name(std::int64_t wall_ns) {
  std::string text = iso_time(wall_ns);
  std::erase_if(text, [](char c) { return c == '-' || c == ':' || c == '.'; });
  return text;
}

}  // namespace

struct RecordingFile::Body {
  void run();
  void end(const std::string& why);
  // Why nothing more can be written; empty: it was written.
  std::string put(const std::string& piece);

  Descriptor file;
  const std::string path;
  const OnEnd on_end;
  const FileLimits limits;
  std::size_t since_look = kBytesPerSpaceLook;  // [record]
  std::mutex mutex;                             // of what follows; held for as long as one record is copied
  std::condition_variable changed;
  std::deque<std::string> pieces;
  std::size_t waiting = 0;  // bytes, those that are being written included
  bool is_over = false;     // nothing more comes
  bool has_ended = false;   // before its time
};

Result<std::shared_ptr<RecordingFile>> RecordingFile::create(const std::string& folder, std::string_view broker,
                                                             std::int64_t wall_ns, OnEnd on_end) {
  const std::filesystem::path begin =
      std::filesystem::path(folder) / (std::string(broker) + '-' + time_in_name(wall_ns) + '-');
  for (int number = 1;; ++number) {
    std::string path = begin.string() + std::to_string(number) + ".bgwrec";
    Descriptor file = Descriptor::create(path);
    const int failed = errno;
    if (file.is_open()) return std::make_shared<RecordingFile>(std::move(file), std::move(path), std::move(on_end));
    if (failed != EEXIST) return Error{path + ": " + std::generic_category().message(failed)};
  }
}

RecordingFile::RecordingFile(Descriptor file, std::string path, OnEnd on_end, FileLimits limits)
    : body_(new Body{.file = std::move(file),
                     .path = std::move(path),
                     .on_end = std::move(on_end),
                     .limits = limits,
                     .mutex = {},
                     .changed = {},
                     .pieces = {}}) {
  std::thread([body = body_] {
    name_this_thread("record");
    body->run();
  }).detach();
}

RecordingFile::~RecordingFile() {
  const std::lock_guard lock(body_->mutex);
  body_->is_over = true;
  body_->changed.notify_one();
}

const std::string& RecordingFile::path() const { return body_->path; }

void RecordingFile::write(std::string_view bytes) noexcept {
  std::string why;
  try {
    const std::lock_guard lock(body_->mutex);
    if (body_->has_ended) return;
    if (body_->waiting + bytes.size() <= body_->limits.waiting) {
      if (body_->pieces.empty() || body_->pieces.back().size() + bytes.size() > kPiece) {
        if (!body_->pieces.empty()) body_->changed.notify_one();
        body_->pieces.emplace_back().reserve(std::max(kPiece, bytes.size()));
      }
      body_->pieces.back() += bytes;
      body_->waiting += bytes.size();
      taken.fetch_add(bytes.size(), std::memory_order_relaxed);
      return;
    }
    why = "the disk takes less than is recorded: " + grouped(body_->waiting) + " bytes wait for it";
  } catch (const std::exception& e) {
    why = e.what();  // no memory
  }
  body_->end(why);
}

void RecordingFile::Body::end(const std::string& why) {
  {
    const std::lock_guard lock(mutex);
    if (std::exchange(has_ended, true)) return;
  }
  if (on_end) on_end(why);
}

std::string RecordingFile::Body::put(const std::string& piece) {
  since_look += piece.size();
  if (since_look >= kBytesPerSpaceLook && !path.empty()) {
    since_look = 0;
    std::error_code unknown;
    const auto space = std::filesystem::space(path, unknown);
    if (!unknown && space.available < limits.free_space)
      return "its disk has " + grouped(space.available >> 20) + " MiB left, and a recording leaves " +
             grouped(limits.free_space >> 20) + " MiB to others";
  }
  const Descriptor::Written written = file.write(piece);
  return written.error == 0 ? std::string() : std::generic_category().message(written.error);
}

void RecordingFile::Body::run() {
  std::deque<std::string> mine;
  std::string why;
  std::unique_lock lock(mutex);
  while (!is_over || !pieces.empty()) {
    changed.wait_for(lock, kLook, [this] { return is_over || pieces.size() > 1; });
    mine.swap(pieces);
    lock.unlock();
    std::size_t bytes = 0;
    for (const std::string& piece : mine) {
      if (why.empty()) why = put(piece);
      bytes += piece.size();
      settled.fetch_add(piece.size(), std::memory_order_relaxed);
    }
    mine.clear();
    if (!why.empty()) end(why);
    lock.lock();
    waiting -= bytes;
  }
}

void drain(std::int64_t limit_ns) noexcept {
  constexpr std::chrono::milliseconds kStep{1};
  const std::uint64_t wanted = taken.load(std::memory_order_relaxed);
  const std::int64_t deadline = monotonic_ns() + limit_ns;
  while (settled.load(std::memory_order_relaxed) < wanted && monotonic_ns() < deadline)
    std::this_thread::sleep_for(kStep);
}

}  // namespace gw::recording
