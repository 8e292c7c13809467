// What brokers and their changes mean for topics and clients, told upwards. Implemented by core/routing. All calls on
// routing's thread. [routing]
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/upstream/gone.hpp"
#include "core/upstream/interest.hpp"

namespace gw::upstream {

// What the source of an interest gives of one of its streams.
struct Grant {
  BrokerId broker = 0;                   // that serves it, or would
  std::string lacking;                   // why the broker gives nothing; empty: it gives the stream, or may
  const std::string* refusal = nullptr;  // the broker has refused the stream, and said this; else null
  int actual_depth = 0;                  // depth mode
  bool is_less = false;                  // the stream gets less than the broker could give
  std::string message;                   // depth mode, where the client gets fewer levels than it asked for; else empty

  bool is_granted() const { return lacking.empty(); }
};

class InterestObserver {
 public:
  // What one stream gets from now on.
  virtual void granted(TopicId topic, const Grant& grant) = 0;
  // All streams of the interest must be confirmed by data anew.
  virtual void unconfirmed(const Interest& interest) = 0;
  // The interest has another source, whose last value goes out like an update.
  virtual void moved(const Interest& interest) = 0;
  // No broker serves the interest just now; all clients that hold it are told once.
  virtual void waits(const Interest& interest, const std::string& reason) = 0;
  // The instrument list lacks the interest's instrument, or has it again.
  virtual void listing_changed(const Interest& interest) = 0;
  // The topics of the interest end for all clients that hold them.
  virtual void ended(InterestId interest, const Gone& why) = 0;
  // Another broker serves the group, in a new epoch: switched() before its interests get other sources, switch_done()
  // after.
  virtual void switched(GroupId group, std::string_view why) = 0;
  virtual void switch_done(GroupId group) = 0;
  // An exchange of this broker is halted, or trades again.
  virtual void halt_changed(BrokerId broker) = 0;
  // When the client joined that has waited longest for more of a stream, in InstrumentDemand's order; 0: none waits.
  virtual std::uint64_t waiting_since(const Interest& interest) const = 0;

 protected:
  ~InterestObserver() = default;
};

}  // namespace gw::upstream
