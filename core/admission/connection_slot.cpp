#include "core/admission/connection_slot.hpp"

#include <utility>

#include "core/admission/admission.hpp"

namespace gw::admission {

std::string_view limit_key(Refusal refusal) {
  switch (refusal) {
    case Refusal::none:
      return "";
    case Refusal::connections:
      return "limits.connections";
    case Refusal::per_address:
      return "limits.connections_per_address";
  }
  return "";
}

ConnectionSlot::ConnectionSlot(std::shared_ptr<Admission> admission, std::string address, std::uint64_t ticket,
                               Refusal refusal)
    : admission_(std::move(admission)), address_(std::move(address)), ticket_(ticket), refusal_(refusal) {}

ConnectionSlot::~ConnectionSlot() { admission_->leave(ticket_, address_, refusal_); }

void ConnectionSlot::arrived(const std::string& address) {
  if (!is_from_proxy() || refusal_ != Refusal::none) return;
  refusal_ = admission_->arrived(ticket_, address);
  address_ = address;
}

void ConnectionSlot::on_evict(std::function<void()> evict) {
  if (!authenticated_ && refusal_ == Refusal::none) admission_->on_evict(ticket_, std::move(evict));
}

std::shared_ptr<SharedRate> ConnectionSlot::authenticated(std::int64_t key) {
  authenticated_ = true;
  return admission_->authenticated(ticket_, key);
}

}  // namespace gw::admission
