#include "core/plugin_host/refusals.hpp"

#include <algorithm>

namespace gw::plugin_host {
namespace {

constexpr std::int64_t kMinute = 60'000'000'000;
constexpr std::int64_t kAskAgain = 15 * kMinute;
constexpr std::int64_t kAskAfterLogin = kMinute;

}  // namespace

std::int64_t Refusals::add(const std::string& why) {
  why_ = why;
  return pauses_ns_[std::min(in_a_row_++, pauses_ns_.size() - 1)];
}

std::string Refusals::why() const { return good_.empty() ? why_ : why_ + "; " + good_; }

bool Refusals::may_ask(std::int64_t now_ns) const {
  if (question_ != nullptr) return false;
  return !asked_ns_ || now_ns - *asked_ns_ >= (logged_in_since_ ? kAskAfterLogin : kAskAgain);
}

std::weak_ptr<const void> Refusals::begin_question(std::int64_t now_ns) {
  question_ = std::make_shared<int>();
  asked_ns_ = now_ns;
  logged_in_since_ = false;
  return question_;
}

void Refusals::answered(const CredentialsAnswer& answer) {
  question_.reset();
  good_ = answer.verdict == BGW_OK ? answer.text : "";
}

void Refusals::on_login() {
  question_.reset();
  good_.clear();
  logged_in_since_ = true;
}

void Refusals::forget() {
  question_.reset();
  good_.clear();
  asked_ns_.reset();
}

}  // namespace gw::plugin_host
