#include "core/session/shard_inbox.hpp"

#include <cstring>
#include <deque>
#include <new>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/bus/doorbell.hpp"
#include "core/bus/ring.hpp"
#include "core/session/conflation_queue.hpp"

namespace gw::session {
namespace {

constexpr std::size_t kRingBytes = 4 << 20;
constexpr int kRecordsAtOnce = 4096;
constexpr unsigned kLaneBits = 3;
static_assert(routing::kLanes <= 1U << kLaneBits);

enum class Kind : std::uint32_t { update, joined, left, call };

using routing::kNoTopic;
using Task = std::function<void(Shard&)>;

// The frame of an update follows its record. The reader runs and deletes the `task` of a call.
struct Record {
  Kind kind;
  routing::Lane lane;
  routing::TopicId topic;
  std::uint32_t updates;
  routing::SessionId session;
  std::uint32_t position;
  Task* task;
  std::int64_t step_ns = 0;  // when the step began in which the frame was made
};

std::uint32_t key_of(routing::TopicId topic, routing::Lane lane) {
  return topic << kLaneBits | static_cast<std::uint32_t>(lane);
}

}  // namespace

// The ring to a shard of another thread: its writer, its reader, and what waits while it is full.
class ShardInbox::Remote {
 public:
  Remote(Shard& shard, LastPublished last_published)
      : shard_(shard),
        last_published_(std::move(last_published)),
        memory_(static_cast<std::byte*>(::operator new[](sizeof(bus::RingHeader) + kRingBytes, std::align_val_t{64}))),
        ring_({memory_.get(), sizeof(bus::RingHeader) + kRingBytes}, true) {
    shard.loop().listen(bell_, [] {});
    shard.loop().add_work([this] { return work(); });
  }
  ~Remote() {
    while (const auto record = next()) {
      delete record->task;
      ring_.release();
    }
    for (const Waiting& waiting : waiting_) delete waiting.record.task;
  }

  // ---- [routing]
  void deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame) {
    if (!is_blocked() && put({Kind::update, lane, topic, 1, 0, 0, nullptr, step_ns_}, frame)) return;
    conflated_.add(key_of(topic, lane));
  }
  void push(const Record& record) {
    if (!is_blocked() && put(record)) return;
    if (record.topic != kNoTopic) settle(record.topic);
    waiting_.push_back({record, {}});
  }
  void begin_step(std::int64_t now_ns) { step_ns_ = now_ns; }
  void flush() {
    if (is_blocked() && !relieve()) {
      ring_.ask_for_room();
      relieve();  // the shard may have made room just before it was asked for
    }
    if (std::exchange(must_ring_, false)) bell_.ring();
  }

 private:
  struct AlignedDelete {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  struct Waiting {
    Record record;
    std::string frame;
  };

  // ---- [routing]
  bool put(const Record& record, std::string_view frame = {}) {
    const std::span<std::byte> at = ring_.reserve(sizeof record + frame.size());
    if (at.empty()) return false;
    std::memcpy(at.data(), &record, sizeof record);
    if (!frame.empty()) std::memcpy(at.data() + sizeof record, frame.data(), frame.size());
    ring_.commit();
    must_ring_ = true;
    return true;
  }
  bool is_blocked() const { return !waiting_.empty() || !conflated_.empty(); }
  // Lets the updates of a topic so far wait in front of the next record that has to wait.
  void settle(routing::TopicId topic) {
    for (std::size_t lane = 0; lane < routing::kLanes; ++lane) {
      const std::uint32_t key = key_of(topic, static_cast<routing::Lane>(lane));
      const std::uint64_t updates = conflated_.take(key);
      if (updates == 0) continue;
      const auto [record, frame] = last_published({key, updates});
      waiting_.push_back({record, std::string(frame)});
    }
  }
  std::pair<Record, std::string_view> last_published(const ConflationQueue::Entry& entry) {
    const routing::TopicId topic = entry.topic >> kLaneBits;
    const auto lane = static_cast<routing::Lane>(entry.topic & ((1U << kLaneBits) - 1));
    return {Record{Kind::update, lane, topic, static_cast<std::uint32_t>(entry.updates), 0, 0, nullptr, step_ns_},
            last_published_(topic, lane)};
  }
  bool relieve() {
    while (!waiting_.empty() && put(waiting_.front().record, waiting_.front().frame)) waiting_.pop_front();
    while (waiting_.empty() && !conflated_.empty()) {
      const ConflationQueue::Entry entry = conflated_.take_next();
      const auto [record, frame] = last_published(entry);
      if (!put(record, frame)) waiting_.push_back({record, std::string(frame)});
    }
    return !is_blocked();
  }

  // ---- [shard]
  std::optional<Record> next() {
    const std::span<const std::byte> bytes = ring_.front();
    if (bytes.empty()) return std::nullopt;
    Record record;
    std::memcpy(&record, bytes.data(), sizeof record);
    frame_ = {reinterpret_cast<const char*>(bytes.data()) + sizeof record, bytes.size() - sizeof record};
    return record;
  }
  void take(const Record& record) {
    const auto lane = static_cast<std::size_t>(record.lane);
    switch (record.kind) {
      case Kind::update:
        shard_.begin_step(record.step_ns);
        if (record.topic < audience_.size())
          shard_.deliver(record.topic, record.lane, frame_, audience_[record.topic].lanes[lane], record.updates);
        return;
      case Kind::joined:
        if (record.topic >= audience_.size()) audience_.resize(record.topic + 1);
        audience_[record.topic].lanes[lane].push_back(record.session);
        return;
      case Kind::left: {
        std::vector<routing::SessionId>& sessions = audience_[record.topic].lanes[lane];
        sessions[record.position] = sessions.back();
        sessions.pop_back();
        if (ClientSession* session = shard_.find(record.session)) session->updates().left(record.topic);
        return;
      }
      case Kind::call: {
        const std::unique_ptr<Task> task(record.task);
        (*task)(shard_);
        return;
      }
    }
  }
  bool work() {
    TurnOutput& output = shard_.output();
    if (output.flush_some()) return true;
    for (int i = 0; i < kRecordsAtOnce && !output.is_full(); ++i) {
      const auto record = next();
      if (!record) {
        wake_writer();
        return output.flush_some();
      }
      take(*record);
      ring_.release();
    }
    wake_writer();
    output.flush_some();
    return true;
  }
  void wake_writer() {
    if (ring_.take_request_for_room()) shard_.requests().post([](RequestSide&) {});
  }

  Shard& shard_;
  const LastPublished last_published_;
  std::unique_ptr<std::byte[], AlignedDelete> memory_;
  bus::Ring ring_;
  bus::Doorbell bell_;
  // [routing]
  std::deque<Waiting> waiting_;  // in order; goes before what is conflated
  ConflationQueue conflated_;    // by topic and lane: key_of
  bool must_ring_ = false;
  std::int64_t step_ns_ = 0;
  // [shard]
  std::vector<routing::Audience> audience_;  // by topic, as routing has it
  std::string_view frame_;                   // of the record that is being taken
};

ShardInbox::ShardInbox(Shard& shard, bool is_local, LastPublished last_published)
    : shard_(shard), remote_(is_local ? nullptr : std::make_unique<Remote>(shard, std::move(last_published))) {}

ShardInbox::~ShardInbox() = default;

void ShardInbox::deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
                         std::span<const routing::SessionId> sessions) noexcept {
  if (remote_ == nullptr)
    shard_.deliver(topic, lane, frame, sessions, 1);
  else
    remote_->deliver(topic, lane, frame);
}

void ShardInbox::joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane) {
  if (remote_ != nullptr) remote_->push({Kind::joined, lane, topic, 0, session, 0, nullptr});
}

void ShardInbox::left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t position) {
  if (remote_ != nullptr)
    remote_->push({Kind::left, lane, topic, 0, session, position, nullptr});
  else if (ClientSession* found = shard_.find(session))
    found->updates().left(topic);
}

void ShardInbox::call(std::function<void(Shard&)> task, routing::TopicId topic) {
  if (remote_ == nullptr)
    task(shard_);
  else
    remote_->push({Kind::call, {}, topic, 0, 0, 0, new Task(std::move(task))});
}

void ShardInbox::begin_step(std::int64_t monotonic_ns) {
  if (remote_ == nullptr)
    shard_.begin_step(monotonic_ns);
  else
    remote_->begin_step(monotonic_ns);
}

void ShardInbox::flush_answers() {
  if (remote_ == nullptr)
    shard_.output().flush_answers();
  else
    remote_->flush();
}

bool ShardInbox::flush_some() {
  if (remote_ == nullptr) return shard_.output().flush_some();
  remote_->flush();
  return false;
}

bool ShardInbox::is_full() const { return remote_ == nullptr && shard_.output().is_full(); }

}  // namespace gw::session
