#include "core/protocol/outline.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

namespace gw::protocol {
namespace {

constexpr int kMaxDepth = 32;
constexpr std::size_t kGroup = 1024;  // bytes from which a group of entries is full

}  // namespace

Outline outline_of(std::string_view frame, std::size_t max_entries) {
  OutlineScan scan(frame, max_entries);
  scan.look_on(frame.size());
  return scan.take();
}

bool OutlineScan::look_on(std::size_t bytes) {
  const std::size_t end = std::min(frame_.size(), at_ + bytes);
  for (; at_ < end && !outline_.too_deep; ++at_) look(frame_[at_]);
  return at_ >= frame_.size() || outline_.too_deep;
}

Outline OutlineScan::take() {
  if (in_list_) forget_list();
  outline_.head_values = values_ - list_values_;
  return std::move(outline_);
}

inline void OutlineScan::look(char c) {
  switch (c) {
    case '"':
      skip_string();
      break;
    case ':':
      if (depth_ != 1) break;
      if ((after_key_ = is_key("symbols"))) forget_list();
      if (is_key("id")) id_ = at_ + 1;
      break;
    case '{':
    case '[':
      ++values_;
      outline_.too_deep = ++depth_ > kMaxDepth;
      if (c == '[' && depth_ == 2 && after_key_) begin_list();
      after_key_ = false;
      break;
    case '}':
    case ']':
      if (in_list_ && depth_ == 2) end_list();
      if (depth_ == 1) end_id();
      --depth_;
      break;
    case ',':
      ++values_;
      if (in_list_ && depth_ == 2) end_entry();
      if (depth_ == 1) end_id();
      after_key_ = false;
      break;
    default:
      break;
  }
}

void OutlineScan::skip_string() {
  const std::size_t begin = at_ + 1;
  while (++at_ < frame_.size() && frame_[at_] != '"')
    if (frame_[at_] == '\\') ++at_;
  if (depth_ != 1) return;
  string_ = begin;
  string_end_ = std::min(at_, frame_.size());
}

// Whether the last string at the top level is this word, in whatever way it is written: "symbol\\u0073" is "symbols".
bool OutlineScan::is_key(std::string_view name) const {
  constexpr std::size_t kEscape = 6;
  std::size_t at = string_;
  for (const char c : name) {
    if (at < string_end_ && frame_[at] == c) {
      ++at;
      continue;
    }
    if (at + kEscape > string_end_ || frame_.substr(at, 2) != "\\u") return false;
    int unit = 0;
    const char* const end = frame_.data() + at + kEscape;
    const auto [stopped, failed] = std::from_chars(frame_.data() + at + 2, end, unit, 16);
    if (failed != std::errc{} || stopped != end || unit != c) return false;
    at += kEscape;
  }
  return at == string_end_;
}

void OutlineScan::end_id() {
  if (id_ != 0) outline_.id = frame_.substr(id_, at_ - id_);
  id_ = 0;
}

void OutlineScan::begin_list() {
  in_list_ = true;
  outline_.list_begin = entry_ = at_ + 1;
  before_list_ = before_entry_ = values_;
}

void OutlineScan::end_entry() {
  ++outline_.entry_count;
  note_entry();
  entry_ = at_ + 1;
  outline_.max_entry_values = std::max(outline_.max_entry_values, values_ - before_entry_);
  before_entry_ = values_;
}

void OutlineScan::note_entry() {
  std::vector<std::string_view>& noted = outline_.entries;
  if (noted.size() <= max_entries_ || noted.back().size() >= kGroup) {
    noted.push_back(frame_.substr(entry_, at_ - entry_));
  } else {
    const auto begin = static_cast<std::size_t>(noted.back().data() - frame_.data());
    noted.back() = frame_.substr(begin, at_ - begin);
  }
}

void OutlineScan::end_list() {
  in_list_ = false;
  outline_.list_end = at_;
  const bool blank = frame_.substr(entry_, at_ - entry_).find_first_not_of(" \t\n\r") == std::string_view::npos;
  if (!blank || outline_.entry_count != 0) end_entry();
  list_values_ = values_ - before_list_;
}

void OutlineScan::forget_list() {
  in_list_ = false;
  outline_.list_begin = outline_.list_end = 0;
  outline_.entries.clear();
  outline_.entry_count = 0;
  outline_.max_entry_values = list_values_ = 0;
}

}  // namespace gw::protocol
