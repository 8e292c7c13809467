// Every update that a client must be sent is accounted for. A plain record. [any]
#pragma once

#include <cstdint>

namespace gw::session {

// The updates that the topics of one client, or of all clients so far, published while it held them, by what became of
// them.
struct Ledger {
  std::uint64_t expected = 0;
  std::uint64_t delivered = 0;
  std::uint64_t conflated = 0;  // a newer value of the same topic went, or will go, in their place
  std::uint64_t lost = 0;       // the connection or the subscription ended before they could be sent
  std::uint64_t unexplained() const { return expected - delivered - conflated - lost; }
  Ledger& operator+=(const Ledger& o) {
    expected += o.expected;
    delivered += o.delivered;
    conflated += o.conflated;
    lost += o.lost;
    return *this;
  }
};

}  // namespace gw::session
