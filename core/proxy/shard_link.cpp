#include "core/proxy/shard_link.hpp"

#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "core/bus/ring.hpp"
#include "core/event_loop/event_loop.hpp"
#include "core/proxy/shard.hpp"

namespace gw::proxy {
namespace {

constexpr std::size_t kRingBytes = 4 << 20;
constexpr int kRecordsAtOnce = 4096;
constexpr unsigned kLaneBits = 3;
static_assert(routing::kLanes <= 1U << kLaneBits);

enum class Kind : std::uint32_t { update, joined, left, call };

using routing::kNoTopic;
using Task = std::function<void(Shard&)>;

// Followed by the frame of an update; of a call `task` is the reader's to run and delete.
struct Record {
  Kind kind;
  routing::Lane lane;
  routing::TopicId topic;
  std::uint32_t updates;
  routing::SessionId session;
  std::uint32_t place;
  Task* task;
};

}  // namespace

struct ShardLink::Remote {
  struct AlignedDelete {
    void operator()(std::byte* p) const { ::operator delete[](p, std::align_val_t{64}); }
  };
  Remote(Shard& s, Newest n)
      : shard(s),
        newest(std::move(n)),
        memory(static_cast<std::byte*>(::operator new[](sizeof(bus::RingHeader) + kRingBytes, std::align_val_t{64}))),
        ring({memory.get(), sizeof(bus::RingHeader) + kRingBytes}, true) {}
  ~Remote() {
    while (const auto record = next()) {
      delete record->task;
      ring.release();
    }
    for (const Aside& waiting : aside) delete waiting.record.task;
  }

  // ---- [routing]
  bool put(const Record& record, std::string_view bytes = {}) {
    const std::span<std::byte> place = ring.reserve(sizeof record + bytes.size());
    if (place.empty()) return false;
    std::memcpy(place.data(), &record, sizeof record);
    if (!bytes.empty()) std::memcpy(place.data() + sizeof record, bytes.data(), bytes.size());
    ring.commit();
    rings = true;
    return true;
  }
  bool is_blocked() const { return !aside.empty() || !late.empty(); }
  void push(const Record& record) {
    if (!is_blocked() && put(record)) return;
    if (record.topic != kNoTopic) settle(record.topic);
    aside.push_back({record, {}});
  }
  // What of a late topic was published so far goes before what comes aside after it.
  void settle(routing::TopicId topic) {
    for (std::uint32_t lane = 0; lane < routing::kLanes; ++lane)
      if (const std::uint64_t updates = late.take(topic << kLaneBits | lane); updates != 0) {
        const auto [record, bytes] = newest_of(topic << kLaneBits | lane, updates);
        aside.push_back({record, std::string(bytes)});
      }
  }
  std::pair<Record, std::string_view> newest_of(std::uint32_t key, std::uint64_t updates) {
    const routing::TopicId topic = key >> kLaneBits;
    const auto lane = static_cast<routing::Lane>(key & ((1U << kLaneBits) - 1));
    return {Record{Kind::update, lane, topic, static_cast<std::uint32_t>(updates), 0, 0, nullptr}, newest(topic, lane)};
  }
  bool relieve() {
    if (try_relieve()) return true;
    ring.wish_for_room();
    return try_relieve();  // it may have been made before the wish was seen
  }
  bool try_relieve() {
    while (!aside.empty() && put(aside.front().record, aside.front().frame)) aside.pop_front();
    while (aside.empty() && !late.empty()) {
      const auto [key, updates] = late.pop();
      const auto [record, bytes] = newest_of(key, updates);
      if (!put(record, bytes)) aside.push_back({record, std::string(bytes)});
    }
    return !is_blocked();
  }

  // ---- [shard]
  std::optional<Record> next() {
    const std::span<const std::byte> bytes = ring.front();
    if (bytes.empty()) return std::nullopt;
    Record record;
    std::memcpy(&record, bytes.data(), sizeof record);
    frame = {reinterpret_cast<const char*>(bytes.data()) + sizeof record, bytes.size() - sizeof record};
    return record;
  }
  void take(const Record& record) {
    const auto lane = static_cast<std::size_t>(record.lane);
    switch (record.kind) {
      case Kind::update:
        if (record.topic < audience.size())
          shard.deliver(record.topic, record.lane, frame, audience[record.topic].lanes[lane], record.updates);
        return;
      case Kind::joined:
        if (record.topic >= audience.size()) audience.resize(record.topic + 1);
        audience[record.topic].lanes[lane].push_back(record.session);
        return;
      case Kind::left: {
        std::vector<routing::SessionId>& sessions = audience[record.topic].lanes[lane];
        sessions[record.place] = sessions.back();
        sessions.pop_back();
        if (ClientSession* session = shard.find(record.session)) session->left(record.topic);
        return;
      }
      case Kind::call: {
        const std::unique_ptr<Task> task(record.task);
        (*task)(shard);
        return;
      }
    }
  }
  bool work() {
    if (shard.flush_some()) return true;
    for (int i = 0; i < kRecordsAtOnce && !shard.is_full(); ++i) {
      const auto record = next();
      if (!record) {
        wake_writer();
        return shard.flush_some();
      }
      take(*record);
      ring.release();
    }
    wake_writer();
    shard.flush_some();
    return true;
  }
  void wake_writer() {
    if (ring.take_wish_for_room()) shard.to_desk([](Desk&) {});
  }

  Shard& shard;
  Newest newest;
  std::unique_ptr<std::byte[], AlignedDelete> memory;
  bus::Ring ring;
  bus::Doorbell bell;
  // [routing]
  struct Aside {
    Record record;
    std::string frame;
  };
  std::deque<Aside> aside;
  LateTopics late;  // of topic and lane
  bool rings = false;
  // [shard]
  std::vector<routing::Audience> audience;  // by topic, as routing has it
  std::string_view frame;                   // of the record that is being taken
};

ShardLink::ShardLink(Shard& shard, bool is_local, Newest newest) : shard_(shard) {
  if (is_local) return;
  remote_ = std::make_unique<Remote>(shard, std::move(newest));
  shard.loop().listen(remote_->bell, [] {});
  shard.loop().add_work([remote = remote_.get()] { return remote->work(); });
}

ShardLink::~ShardLink() = default;

void ShardLink::deliver(routing::TopicId topic, routing::Lane lane, std::string_view frame,
                        std::span<const routing::SessionId> sessions) noexcept {
  if (remote_ == nullptr) {
    shard_.deliver(topic, lane, frame, sessions, 1);
    return;
  }
  if (!remote_->is_blocked() && remote_->put({Kind::update, lane, topic, 1, 0, 0, nullptr}, frame)) return;
  remote_->late.add(topic << kLaneBits | static_cast<std::uint32_t>(lane));
}

void ShardLink::joined(routing::SessionId session, routing::TopicId topic, routing::Lane lane) {
  if (remote_ != nullptr) remote_->push({Kind::joined, lane, topic, 0, session, 0, nullptr});
}

void ShardLink::left(routing::SessionId session, routing::TopicId topic, routing::Lane lane, std::uint32_t place) {
  if (remote_ != nullptr)
    remote_->push({Kind::left, lane, topic, 0, session, place, nullptr});
  else if (ClientSession* found = shard_.find(session))
    found->left(topic);
}

void ShardLink::call(std::function<void(Shard&)> task, routing::TopicId topic) {
  if (remote_ == nullptr)
    task(shard_);
  else
    remote_->push({Kind::call, {}, topic, 0, 0, 0, new Task(std::move(task))});
}

void ShardLink::flush() {
  if (remote_ == nullptr) return;
  remote_->relieve();
  if (std::exchange(remote_->rings, false)) remote_->bell.ring();
}

}  // namespace gw::proxy
