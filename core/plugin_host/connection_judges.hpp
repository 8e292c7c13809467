// The judges of one connection's feed: one for each class of its sockets, since the packets of one class say nothing of
// another's. They outlive a login, and the adapter object that makes it. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "core/liveness/feed_judge.hpp"

namespace gw::plugin_host {

class ConnectionJudges {
 public:
  using Maker = std::function<std::unique_ptr<liveness::FeedJudge>()>;
  explicit ConnectionJudges(Maker make) : make_(std::move(make)) { at(0); }

  // The judge of a class, made when there is none.
  liveness::FeedJudge& at(std::size_t connection_class) {
    while (judges_.size() <= connection_class) judges_.push_back(make_());
    return *judges_[connection_class];
  }
  const std::vector<std::unique_ptr<liveness::FeedJudge>>& all() const { return judges_; }

  void on_ready(std::int64_t now_ns) {
    for (const auto& judge : judges_) judge->on_ready(now_ns);
  }
  void on_unwanted(std::uint32_t instrument, std::int64_t now_ns) {
    for (const auto& judge : judges_) judge->on_unwanted(instrument, now_ns);
  }
  void on_proof(std::string_view exchange, std::int64_t now_ns, std::string_view why) {
    for (const auto& judge : judges_) judge->on_proof(exchange, now_ns, why);
  }
  bool any_lives() const {
    for (const auto& judge : judges_)
      if (judge->any_lives()) return true;
    return false;
  }
  // Whether a state changed since the last call.
  bool take_news() {
    bool news = false;
    for (const auto& judge : judges_) news = judge->take_news() || news;
    return news;
  }

 private:
  Maker make_;
  std::vector<std::unique_ptr<liveness::FeedJudge>> judges_;  // by class
};

}  // namespace gw::plugin_host
