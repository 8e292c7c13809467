// All clients that are connected, by the id of their session, and the shards' inboxes by which they are told. [routing]
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "core/requests/subscriber.hpp"
#include "core/routing/names.hpp"
#include "core/session/shard_inbox.hpp"

namespace gw::requests {

class Clients {
 public:
  using Inboxes = std::vector<std::unique_ptr<session::ShardInbox>>;

  // `inboxes`: of the shards, by their numbers; all are there before the first client is.
  explicit Clients(const Inboxes& inboxes) : inboxes_(inboxes) {}

  void add(routing::SessionId session, std::shared_ptr<const std::string> name, bool deflated) {
    auto& clients = by_shard_[routing::shard_of(session)];
    const std::size_t index = routing::index_of(session);
    if (index >= clients.size()) clients.resize(index + 1);
    clients[index] =
        std::make_unique<Subscriber>(session, std::move(name), deflated, *inboxes_[routing::shard_of(session)]);
    ++count_;
  }
  void remove(routing::SessionId session) {
    by_shard_[routing::shard_of(session)][routing::index_of(session)].reset();
    --count_;
  }
  // Null: no client has this id.
  Subscriber* find(routing::SessionId session) {
    const auto& clients = by_shard_[routing::shard_of(session)];
    const std::size_t index = routing::index_of(session);
    Subscriber* client = index < clients.size() ? clients[index].get() : nullptr;
    return client != nullptr && client->id == session ? client : nullptr;
  }
  // Null also when its session is closing.
  Subscriber* find_open(routing::SessionId session) {
    Subscriber* client = find(session);
    return client == nullptr || client->closing ? nullptr : client;
  }
  template <class F>
  void for_each_open(F&& f) {
    for (const auto& clients : by_shard_)
      for (const auto& client : clients)
        if (client != nullptr && !client->closing) f(*client);
  }
  template <class F>
  void for_each_open(F&& f) const {
    for (const auto& clients : by_shard_)
      for (const auto& client : clients)
        if (client != nullptr && !client->closing) f(static_cast<const Subscriber&>(*client));
  }
  std::size_t count() const { return count_; }

 private:
  static constexpr std::size_t kMaxShards = 256;  // ids have room for no more

  const Inboxes& inboxes_;
  std::vector<std::vector<std::unique_ptr<Subscriber>>> by_shard_{kMaxShards};  // then by index_of the id
  std::size_t count_ = 0;
};

}  // namespace gw::requests
