// Every update is accounted for.
#pragma once

#include <cstdint>

namespace gw::proxy {

// Of all clients that there have been: what their topics published while they held them, and what became of it.
struct Ledger {
  std::uint64_t due = 0;
  std::uint64_t delivered = 0;
  std::uint64_t conflated = 0;  // a newer value of the same topic went, or will go, in their place
  std::uint64_t lost = 0;       // to clients whose connection or subscription ended before they could have them
  std::uint64_t unexplained() const { return due - delivered - conflated - lost; }
  Ledger& operator+=(const Ledger& o) {
    due += o.due;
    delivered += o.delivered;
    conflated += o.conflated;
    lost += o.lost;
    return *this;
  }
};

}  // namespace gw::proxy
