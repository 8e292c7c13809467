// Time that passes only when the test says so, and the alarms that go by it. Alarms that are due at the same moment
// ring in the order in which they were set.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "core/transport/alarm.hpp"

namespace gw::support {

class VirtualClock {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  explicit VirtualClock(std::int64_t wall_ns) : wall_offset_ns_(wall_ns - now_ns_) {}
  VirtualClock(const VirtualClock&) = delete;
  VirtualClock& operator=(const VirtualClock&) = delete;

  std::int64_t now() const { return now_ns_; }
  std::int64_t wall() const { return now_ns_ + wall_offset_ns_; }

  class Alarm final : public transport::Alarm {
   public:
    Alarm(VirtualClock& clock, std::function<void()> ring)
        : clock_(clock), ring_(std::make_shared<std::function<void()>>(std::move(ring))) {}
    ~Alarm() override { cancel(); }

    void set(std::int64_t after_ns) override {
      cancel();
      place_ = {clock_.now_ns_ + std::max<std::int64_t>(after_ns, 0), ++clock_.order_};
      clock_.alarms_.emplace(place_, this);
    }
    void cancel() override {
      if (place_.first != kNever) clock_.alarms_.erase(place_);
      place_.first = kNever;
    }

   private:
    friend class VirtualClock;
    VirtualClock& clock_;
    std::shared_ptr<std::function<void()>> ring_;  // lives through a ring that ends the alarm
    std::pair<std::int64_t, std::uint64_t> place_{kNever, 0};
  };

  // For LinkOptions.
  transport::AlarmMaker alarms() {
    return [this](boost::asio::io_context&, std::function<void()> ring) {
      return std::make_unique<Alarm>(*this, std::move(ring));
    };
  }
  // Once, so much later. What it refers to has to live until then, or until this clock ends.
  void after(std::int64_t ns, std::function<void()> ring) {
    const std::uint64_t number = ++order_;
    const auto once = once_.emplace(number, nullptr).first;
    once->second = std::make_unique<Alarm>(*this, [this, number, ring = std::move(ring)] {
      const auto done = once_.extract(number);
      ring();
    });
    once->second->set(ns);
  }

  std::int64_t next_alarm() const { return alarms_.empty() ? kNever : alarms_.begin()->first.first; }
  // Goes on to the next alarm and rings it.
  void ring_next() {
    Alarm& alarm = *alarms_.begin()->second;
    now_ns_ = std::max(now_ns_, alarms_.begin()->first.first);
    const auto ring = alarm.ring_;
    alarm.cancel();
    (*ring)();
  }
  void go_to(std::int64_t now_ns) { now_ns_ = std::max(now_ns_, now_ns); }

 private:
  std::int64_t now_ns_ = 1'000'000'000'000;
  std::int64_t wall_offset_ns_;
  std::uint64_t order_ = 0;
  std::map<std::pair<std::int64_t, std::uint64_t>, Alarm*> alarms_;
  std::map<std::uint64_t, std::unique_ptr<Alarm>> once_;
};

}  // namespace gw::support
