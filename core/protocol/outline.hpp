// Where the parts of a client's frame lie, from one look at its bytes: what is nested too deeply for a parser that
// recurses, and the entries of a long list of symbols, each of which can be parsed by itself.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace gw::protocol {

struct Outline {
  bool too_deep = false;  // deeper than any request needs; nothing else is known then
  // Between the brackets of "symbols": of the object's last key of that name, if it holds a list. Both 0: there is
  // none.
  std::size_t list_begin = 0;
  std::size_t list_end = 0;
  std::size_t entry_count = 0;
  std::vector<std::string_view> entries;  // of the frame, in order, with the spaces around them; the first of too many
  // Commas and brackets that open, of the frame without the entries, and of the entry that has most: values, each of
  // which a parser makes an object of.
  std::size_t head_values = 0;
  std::size_t most_entry_values = 0;
};

// The frame need be no JSON: it is if the frame without what is between the brackets and each of the entries are.
// Of more than `most_entries` only so many are noted.
Outline outline_of(std::string_view frame, std::size_t most_entries);

// The same of a frame that is too large to be looked at in one go. The frame stays where it is.
class OutlineScan {
 public:
  OutlineScan(std::string_view frame, std::size_t most_entries) : frame_(frame), most_entries_(most_entries) {}
  // At so many bytes more, and at the rest of a text that began there. True: that was all, and take() may be called.
  bool look_on(std::size_t bytes);
  Outline take();

 private:
  void look(char c);
  void skip_string();
  void begin_list();
  void end_entry();
  void end_list();
  void forget_list();

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

}  // namespace gw::protocol
