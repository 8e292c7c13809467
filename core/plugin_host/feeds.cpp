#include "core/plugin_host/feeds.hpp"

#include <algorithm>
#include <atomic>
#include <utility>

namespace gw::plugin_host {

Preparation Feeds::add(std::shared_ptr<Feed> feed, std::int64_t wait_ns) {
  const std::string name = feed->name();
  feed->begin();
  watch_.watch(name, feed->plugin(), {feed, &feed->calls()}, feed->is_process());
  {
    const std::lock_guard lock(mutex_);
    preparing_.push_back(std::move(feed));
  }
  return settle(name, wait_ns);
}

Preparation Feeds::settle(const std::string& name, std::int64_t wait_ns) {
  std::shared_ptr<Feed> feed;
  {
    const std::lock_guard lock(mutex_);
    feed = one_of(preparing_, name);
  }
  if (feed == nullptr) return {Preparation::State::lost, "it was removed"};
  Preparation how = feed->preparation(wait_ns);
  if (how.state == Preparation::State::going_on) return how;
  const bool is_ready = how.state == Preparation::State::ready;
  if (!is_ready) watch_.forget(feed->calls());
  const std::lock_guard lock(mutex_);
  std::erase(preparing_, feed);
  if (is_ready) feeds_.push_back(std::move(feed));
  return how;
}

std::shared_ptr<Feed> Feeds::one_of(const List& list, const std::string& name) {
  const auto found = std::find_if(list.begin(), list.end(), [&](const auto& t) { return t->name() == name; });
  return found == list.end() ? nullptr : *found;
}

std::shared_ptr<Feed> Feeds::at(const std::string& name) const {
  const std::lock_guard lock(mutex_);
  return one_of(feeds_, name);
}

std::shared_ptr<Feed> Feeds::take(const std::string& name) {
  std::shared_ptr<Feed> feed = at(name);
  if (feed == nullptr) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    std::erase(feeds_, feed);
  }
  watch_.forget(feed->calls());
  return feed;
}

std::shared_ptr<Feed> Feeds::replace(std::shared_ptr<Feed> feed) {
  std::shared_ptr<Feed> before = take(feed->name());
  watch_.watch(feed->name(), feed->plugin(), {feed, &feed->calls()}, feed->is_process());
  const std::lock_guard lock(mutex_);
  feeds_.push_back(std::move(feed));
  return before;
}

void Feeds::remove(const std::string& name) {
  std::shared_ptr<Feed> feed;
  {
    const std::lock_guard lock(mutex_);
    if (feed = one_of(preparing_, name); feed != nullptr) std::erase(preparing_, feed);
  }
  if (feed != nullptr)
    watch_.forget(feed->calls());
  else
    feed = take(name);
  if (feed != nullptr) feed->end();
}

void Feeds::start(CallWatch::Listener* listener) {
  const std::lock_guard lock(mutex_);
  for (const auto& feed : feeds_) feed->start();
  if (listener != nullptr) watch_.start(*listener);
}

void Feeds::stop() {
  end_watch();
  const std::lock_guard lock(mutex_);
  feeds_.insert(feeds_.end(), preparing_.begin(), preparing_.end());
  preparing_.clear();
  for (const auto& feed : feeds_) feed->begin_end();
  for (const auto& feed : feeds_) feed->end();
  feeds_.clear();
}

Feed* Feeds::find(const std::string& name) const {
  const std::shared_ptr<Feed> feed = at(name);
  return feed == nullptr || feed->is_lost() ? nullptr : feed.get();
}

std::optional<Hang> Feeds::hang(const std::string& name) const {
  std::shared_ptr<Feed> feed = at(name);
  if (feed == nullptr) {
    const std::lock_guard lock(mutex_);
    feed = one_of(preparing_, name);
  }
  return feed == nullptr ? std::nullopt : feed->hang();
}

std::string Feeds::death(const std::string& name) const {
  const std::shared_ptr<Feed> feed = at(name);
  return feed == nullptr ? std::string() : feed->death();
}

std::vector<Hang> Feeds::hangs() const {
  const std::lock_guard lock(mutex_);
  std::vector<Hang> all;
  for (const List* list : {&feeds_, &preparing_})
    for (const auto& feed : *list)
      if (auto hang = feed->hang()) all.push_back(std::move(*hang));
  return all;
}

Feeds::List Feeds::that_answer() const {
  const std::lock_guard lock(mutex_);
  List asked;
  for (const auto& feed : feeds_)
    if (!feed->hang()) asked.push_back(feed);
  return asked;
}

void Feeds::report(std::function<void(std::vector<LinkReport> reports)> done) {
  struct Gathered {
    std::mutex mutex;
    std::size_t left;
    std::vector<std::optional<LinkReport>> reports;  // in the order of the links
  };
  const List asked = that_answer();
  if (asked.empty()) return done({});
  const auto gathered = std::make_shared<Gathered>();
  gathered->left = asked.size();
  gathered->reports.resize(asked.size());
  for (std::size_t i = 0; i < asked.size(); ++i)
    asked[i]->report([gathered, done, i](std::optional<LinkReport> report) {
      {
        const std::lock_guard lock(gathered->mutex);
        gathered->reports[i] = std::move(report);
        if (--gathered->left != 0) return;
      }
      std::vector<LinkReport> reports;
      for (auto& one : gathered->reports)
        if (one) reports.push_back(std::move(*one));
      done(std::move(reports));
    });
}

std::function<bool()> Feeds::ask_all(std::function<void()> done) {
  struct Asked {
    explicit Asked(List all) : feeds(std::move(all)), has_answered(feeds.size()), left(feeds.size()) {}
    const List feeds;
    std::vector<std::atomic<bool>> has_answered;
    std::atomic<std::size_t> left;
  };
  const auto asked = std::make_shared<Asked>(that_answer());
  if (asked->feeds.empty()) done();
  for (std::size_t i = 0; i < asked->feeds.size(); ++i)
    asked->feeds[i]->ask([asked, done, i] {
      asked->has_answered[i] = true;
      if (--asked->left == 0) done();
    });
  return [asked] {
    for (std::size_t i = 0; i < asked->feeds.size(); ++i)
      if (!asked->has_answered[i] && !asked->feeds[i]->hang()) return false;
    return true;
  };
}

}  // namespace gw::plugin_host
