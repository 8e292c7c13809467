#include "core/proxy/wire/outline.hpp"

#include <algorithm>
#include <utility>

namespace gw::proxy::wire {
namespace {

constexpr int kDeepest = 32;

class Scan {
 public:
  Scan(std::string_view frame, std::size_t most_entries) : frame_(frame), most_entries_(most_entries) {}

  Outline run() {
    for (at_ = 0; at_ < frame_.size() && !outline_.too_deep; ++at_) look(frame_[at_]);
    if (in_list_) forget_list();
    outline_.head_values = values_ - list_values_;
    return std::move(outline_);
  }

 private:
  void look(char c) {
    switch (c) {
      case '"':
        skip_string();
        break;
      case ':':
        if (depth_ == 1 && (after_key_ = frame_.substr(string_, at_ - string_).starts_with("\"symbols\"")))
          forget_list();
        break;
      case '{':
      case '[':
        ++values_;
        outline_.too_deep = ++depth_ > kDeepest;
        if (c == '[' && depth_ == 2 && after_key_) begin_list();
        after_key_ = false;
        break;
      case '}':
      case ']':
        if (in_list_ && depth_ == 2) end_list();
        --depth_;
        break;
      case ',':
        ++values_;
        if (in_list_ && depth_ == 2) end_entry();
        after_key_ = false;
        break;
      default:
        break;
    }
  }
  void skip_string() {
    if (depth_ == 1) string_ = at_;
    while (++at_ < frame_.size() && frame_[at_] != '"')
      if (frame_[at_] == '\\') ++at_;
  }
  void begin_list() {
    in_list_ = true;
    outline_.list_begin = entry_ = at_ + 1;
    before_list_ = before_entry_ = values_;
  }
  void end_entry() {
    if (++outline_.entry_count <= most_entries_) outline_.entries.push_back(frame_.substr(entry_, at_ - entry_));
    entry_ = at_ + 1;
    outline_.most_entry_values = std::max(outline_.most_entry_values, values_ - before_entry_);
    before_entry_ = values_;
  }
  void end_list() {
    in_list_ = false;
    outline_.list_end = at_;
    const bool blank = frame_.substr(entry_, at_ - entry_).find_first_not_of(" \t\n\r") == std::string_view::npos;
    if (!blank || outline_.entry_count != 0) end_entry();
    list_values_ = values_ - before_list_;
  }
  void forget_list() {
    in_list_ = false;
    outline_.list_begin = outline_.list_end = 0;
    outline_.entries.clear();
    outline_.entry_count = 0;
    outline_.most_entry_values = list_values_ = 0;
  }

  std::string_view frame_;
  std::size_t most_entries_;
  Outline outline_;
  std::size_t at_ = 0;
  std::size_t string_ = 0;  // where the last one at the top began
  std::size_t entry_ = 0;   // where the entry began that is looked at
  std::size_t values_ = 0;
  std::size_t before_list_ = 0;
  std::size_t before_entry_ = 0;
  std::size_t list_values_ = 0;
  int depth_ = 0;
  bool after_key_ = false;  // "symbols" came, its value did not
  bool in_list_ = false;
};

}  // namespace

Outline outline_of(std::string_view frame, std::size_t most_entries) { return Scan(frame, most_entries).run(); }

}  // namespace gw::proxy::wire
