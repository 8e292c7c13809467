// The sessions of one shard by their ids, and the output of each, which is looked at for every update and session.
// [shard]
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/routing/names.hpp"
#include "core/websocket/output.hpp"

namespace gw::session {

class ClientSession;

class SessionTable {
 public:
  struct Entry {
    std::unique_ptr<ClientSession> session;  // null: the index is free
    websocket::Output* output = nullptr;     // the session's
    std::uint32_t generation = 0;            // of the session that has the index, or will have it next
  };

  explicit SessionTable(std::size_t shard);
  ~SessionTable();
  SessionTable(const SessionTable&) = delete;
  SessionTable& operator=(const SessionTable&) = delete;

  // An id for a session, which add() must follow.
  routing::SessionId take_id();
  void add(routing::SessionId id, std::unique_ptr<ClientSession> session);
  void remove(routing::SessionId id);
  void clear();

  // Null: there never was such a session, or it is gone.
  ClientSession* find(routing::SessionId id) const {
    const Entry& entry = (*this)[routing::index_of(id)];
    return entry.generation == routing::generation_of(id) ? entry.session.get() : nullptr;
  }
  const Entry& operator[](std::size_t index) const { return entries_[index]; }
  std::size_t size() const { return entries_.size(); }  // indices, free ones too
  std::size_t session_count() const { return entries_.size() - free_.size(); }

 private:
  const std::size_t shard_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
};

}  // namespace gw::session
