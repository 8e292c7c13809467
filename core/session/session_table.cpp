#include "core/session/session_table.hpp"

#include <utility>

#include "core/session/client_session.hpp"

namespace gw::session {

SessionTable::SessionTable(std::size_t shard) : shard_(shard) {}
SessionTable::~SessionTable() = default;

routing::SessionId SessionTable::take_id() {
  auto index = static_cast<std::uint32_t>(entries_.size());
  if (free_.empty()) {
    entries_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  return routing::session_id(entries_[index].generation, shard_, index);
}

void SessionTable::add(routing::SessionId id, std::unique_ptr<ClientSession> session) {
  Entry& entry = entries_[routing::index_of(id)];
  entry.session = std::move(session);
  entry.output = &entry.session->output();
}

void SessionTable::remove(routing::SessionId id) {
  Entry& entry = entries_[routing::index_of(id)];
  entry = {nullptr, nullptr, entry.generation + 1};
  free_.push_back(routing::index_of(id));
}

void SessionTable::clear() { entries_.clear(); }

}  // namespace gw::session
