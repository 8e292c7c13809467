#include "core/trading_sessions/trading_session_history.hpp"

#include <algorithm>
#include <utility>

namespace gw::trading_sessions {

bool TradingSessionHistory::is_expected(std::string_view symbol, std::string_view exchange, std::string_view phase,
                                        std::int64_t day) const {
  const std::lock_guard lock(mutex_);
  const auto found = entries_.find(NameView{symbol, exchange, phase});
  if (found == entries_.end() || found->second.sessions.size() < kSessions) return false;
  return std::all_of(found->second.sessions.begin(), found->second.sessions.end(),
                     [day](const TradingSession& session) {
                       return session.in_time && session.day <= day && day - session.day <= kMaxAgeDays;
                     });
}

void TradingSessionHistory::note(std::string_view symbol, std::string_view exchange, std::string_view phase,
                                 std::int64_t day, bool in_time) {
  const std::lock_guard lock(mutex_);
  auto entry = entries_.find(NameView{symbol, exchange, phase});
  if (entry == entries_.end())
    entry = entries_.emplace(Name{std::string(symbol), std::string(exchange), std::string(phase)}, Entry{}).first;
  std::vector<TradingSession>& kept = entry->second.sessions;
  const auto at =
      std::find_if(kept.begin(), kept.end(), [day](const TradingSession& session) { return session.day >= day; });
  if (at != kept.end() && at->day == day) return;
  if (kept.size() == kSessions && at == kept.begin()) return;  // older than all that count
  kept.insert(at, {day, in_time});
  if (kept.size() > kSessions) kept.erase(kept.begin());
  entry->second.revision = ++revision_;
}

void TradingSessionHistory::drop(
    const std::function<std::int64_t(std::string_view exchange)>& today,
    const std::function<bool(std::string_view symbol, std::string_view exchange)>& is_over) {
  std::vector<Name> names;
  {
    const std::lock_guard lock(mutex_);
    names.reserve(entries_.size());
    for (const auto& [name, entry] : entries_) names.push_back(name);
  }
  for (const Name& name : names) {
    const std::int64_t day = today(name.exchange);
    const bool over = is_over(name.symbol, name.exchange);
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(NameView(name));
    if (found == entries_.end()) continue;
    Entry& entry = found->second;
    const std::size_t before = entry.sessions.size();
    std::erase_if(entry.sessions, [day](const TradingSession& session) { return session.day > day; });
    if (over || (!entry.sessions.empty() && day - entry.sessions.back().day > kMaxAgeDays)) entry.sessions.clear();
    if (entry.sessions.size() != before) entry.revision = ++revision_;
  }
}

TradingSessionHistory::Changes TradingSessionHistory::changes() const {
  const std::lock_guard lock(mutex_);
  Changes changes;
  changes.revision = revision_;
  if (revision_ == saved_) return changes;
  for (const auto& [name, entry] : entries_)
    if (entry.revision > saved_) changes.records.push_back({name, entry.sessions});
  return changes;
}

void TradingSessionHistory::saved(std::uint64_t revision) {
  const std::lock_guard lock(mutex_);
  saved_ = revision;
  std::erase_if(entries_, [revision](const auto& entry) {
    return entry.second.sessions.empty() && entry.second.revision <= revision;
  });
}

void TradingSessionHistory::restore(std::vector<Record> records) {
  const std::lock_guard lock(mutex_);
  entries_.clear();
  saved_ = revision_;
  for (Record& record : records) entries_[std::move(record.name)].sessions = std::move(record.sessions);
}

}  // namespace gw::trading_sessions
