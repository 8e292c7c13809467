// Who wants what, and who gets what: clients' streams, topics with their sequence and subscribers, demand towards the
// brokers. One object, on routing's thread; nothing here locks. [routing]
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/routing/broker_table.hpp"
#include "core/routing/encoder.hpp"
#include "core/routing/outcome.hpp"
#include "core/routing/ports.hpp"
#include "core/routing/stream.hpp"

namespace gw::routing {

struct HeldStream {
  std::string_view symbol;
  std::string_view exchange;
  Stream stream;
  int actual_depth;
};

struct RouterCounts {
  std::uint64_t updates = 0;    // records taken from adapters
  std::uint64_t published = 0;  // topic updates made of them
  std::uint64_t unwanted = 0;   // updates that no topic took
  std::uint64_t delivered = 0;  // topic updates times sessions
};

class Router {
 public:
  // `clock` gives wall time in ns. All must outlive the router.
  Router(const Encoder& encoder, SessionPort& port, std::function<std::int64_t()> clock, std::string epoch);

  // ---- brokers
  BrokerId add_broker(BrokerSetup setup);
  // Only for one that was not available: nobody can hold anything of it yet.
  void attach_broker(BrokerId id, BrokerSetup setup) { brokers_[id]->attach(std::move(setup)); }
  std::optional<BrokerId> find_broker(std::string_view name) const;
  const BrokerTable& broker(BrokerId id) const { return *brokers_[id]; }
  std::size_t broker_count() const { return brokers_.size(); }
  void set_index(std::string_view plugin, std::shared_ptr<const instruments::Index> index);
  void set_capabilities(BrokerId id, registry::Capabilities capabilities);
  const std::string& epoch() const { return epoch_; }
  // Everything of this broker goes to the publisher as well; `pins` stay wanted in all modes though no client asks.
  struct Pin {
    std::string symbol;
    std::string exchange;
  };
  void publish_to(Publisher& publisher, BrokerId broker, std::vector<Pin> pins);
  std::vector<Pin> missing_pins() const;

  // ---- sessions
  void open(SessionId session, BrokerId broker, Variant variant, std::size_t subscription_limit);
  void close(SessionId session);
  Outcome subscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream);
  // Ends one stream; without a level in depth mode all depths of it.
  Outcome unsubscribe(SessionId session, std::string_view symbol, std::string_view exchange, Stream stream);
  std::size_t unsubscribe_all(SessionId session);
  void for_each_held(SessionId session, const std::function<void(const HeldStream&)>& visit) const;
  bool holds(SessionId session, TopicId topic) const { return client(session).held.contains(topic); }
  std::uint64_t seq(TopicId topic) const { return topics_[topic]->seq; }
  const TopicInfo& topic(TopicId id) const { return topics_[id]->info; }
  // The newest known value of a held topic as a finished frame; empty: none, or the link is down.
  std::string_view newest(SessionId session, TopicId topic);

  // ---- the way of a tick
  // Takes up to `budget` records from every adapter; true when there may be more.
  bool drain(std::size_t budget);
  // Sends changed demand to the adapters. After each round of requests and each drain.
  void flush_demand();
  const RouterCounts& counts() const { return counts_; }

 private:
  struct Audience {
    std::vector<SessionId> sessions[kVariants];
  };
  struct Topic {
    TopicInfo info;
    BrokerId broker = 0;
    std::uint32_t handle = 0;
    bool pinned = false;
    std::uint64_t seq = 0;
    std::string name;  // SYMBOL.EXCHANGE.MODE, for the publisher
    Audience audience;
    std::size_t subscribers() const { return audience.sessions[0].size() + audience.sessions[1].size(); }
  };
  struct Client {
    bool open = false;
    BrokerId broker = 0;
    Variant variant = Variant::plain;
    std::size_t limit = 0;
    std::unordered_map<TopicId, std::uint32_t> held;  // topic -> place in its audience
  };

  std::pair<std::uint32_t, std::uint32_t> wanted(const Route& route) const;  // mode, depth
  Outcome check(const BrokerTable& table, std::string_view exchange, Stream stream) const;
  Client& client(SessionId session) { return clients_[session & 0xffffffU]; }
  const Client& client(SessionId session) const { return clients_[session & 0xffffffU]; }
  TopicId topic_for(BrokerId broker, std::uint32_t handle, Stream stream);
  void drop_topic_if_unused(TopicId id);
  void leave(Client& client, TopicId id);
  void take_record(BrokerId id, std::span<const std::byte> record);
  void on_update(BrokerTable& table, const bus::UpdateView& view);
  void on_refuse(BrokerId id, const bus::HandleRecord& record);
  void publish(Topic& topic, const TopicUpdate& update);
  void apply_pins();

  const Encoder& encoder_;
  SessionPort& port_;
  std::function<std::int64_t()> clock_;
  std::string epoch_;
  std::vector<std::unique_ptr<BrokerTable>> brokers_;
  std::vector<std::unique_ptr<Topic>> topics_;
  std::vector<TopicId> free_topics_;
  std::vector<Client> clients_;
  Publisher* publisher_ = nullptr;
  BrokerId published_broker_ = 0;
  std::vector<Pin> pins_;
  FrameBuffer frames_[kVariants];
  RouterCounts counts_;
};

}  // namespace gw::routing
