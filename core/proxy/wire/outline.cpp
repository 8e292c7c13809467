#include "core/proxy/wire/outline.hpp"

namespace gw::proxy::wire {
namespace {

constexpr int kDeepest = 32;

class Scan {
 public:
  explicit Scan(std::string_view frame) : frame_(frame) {}

  Outline run() {
    for (at_ = 0; at_ < frame_.size() && !outline_.too_deep; ++at_) look(frame_[at_]);
    if (in_list_) forget_list();
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
  }
  void end_entry() {
    outline_.entries.push_back(frame_.substr(entry_, at_ - entry_));
    entry_ = at_ + 1;
  }
  void end_list() {
    in_list_ = false;
    outline_.list_end = at_;
    const bool blank = frame_.substr(entry_, at_ - entry_).find_first_not_of(" \t\n\r") == std::string_view::npos;
    if (!blank || !outline_.entries.empty()) end_entry();
  }
  void forget_list() {
    in_list_ = false;
    outline_.list_begin = outline_.list_end = 0;
    outline_.entries.clear();
  }

  std::string_view frame_;
  Outline outline_;
  std::size_t at_ = 0;
  std::size_t string_ = 0;  // where the last one at the top began
  std::size_t entry_ = 0;   // where the entry began that is looked at
  int depth_ = 0;
  bool after_key_ = false;  // "symbols" came, its value did not
  bool in_list_ = false;
};

}  // namespace

Outline outline_of(std::string_view frame) { return Scan(frame).run(); }

}  // namespace gw::proxy::wire
