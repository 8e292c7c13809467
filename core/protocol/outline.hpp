// Where the parts of a client's frame lie, from one look at its bytes: whether it is nested too deeply for a parser
// that recurses, and where the entries of a long list of symbols are, each of which can be parsed by itself. [any]
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace gw::protocol {

struct Outline {
  bool too_deep = false;  // deeper than any request needs; nothing else is known then
  // The position behind the opening bracket of "symbols" and that of the closing one, if the object's last key of that
  // name holds a list. Both 0: there is none.
  std::size_t list_begin = 0;
  std::size_t list_end = 0;
  std::size_t entry_count = 0;
  std::string_view id;  // the value of the object's last key "id", with the spaces around it; empty: there is none
  // Of the frame, in order, with the spaces around them. Beyond the most entries that may be, each is several of them
  // and the commas between them.
  std::vector<std::string_view> entries;
  // Numbers of values, each of which a parser makes an object of, counted by commas and opening brackets: in the frame
  // without the entries, and in the entry that has the most.
  std::size_t head_values = 0;
  std::size_t max_entry_values = 0;
};

// The frame need not be JSON: it is JSON if each entry is, and if the frame without what stands between the brackets
// is. Of a longer list the entries behind the first `max_entries` are noted in groups.
Outline outline_of(std::string_view frame, std::size_t max_entries);

// Makes the outline of a frame that is too large to be looked at in one go. The frame must stay where it is.
class OutlineScan {
 public:
  OutlineScan(std::string_view frame, std::size_t max_entries) : frame_(frame), max_entries_(max_entries) {}
  // Looks at `bytes` more, and at the rest of a string that began there. True: the whole frame is looked at, and take()
  // may be called.
  bool look_on(std::size_t bytes);
  Outline take();

 private:
  void look(char c);
  void skip_string();
  bool is_key(std::string_view name) const;
  void begin_list();
  void end_entry();
  void note_entry();
  void end_list();
  void forget_list();
  void end_id();

  std::string_view frame_;
  std::size_t max_entries_;
  Outline outline_;
  std::size_t at_ = 0;
  std::size_t string_ = 0;      // where the last string at the top level began, behind its quote,
  std::size_t string_end_ = 0;  // and where it ended
  std::size_t id_ = 0;          // where the value of "id" began; 0: no such value is being looked at
  std::size_t entry_ = 0;       // where the present entry began
  std::size_t values_ = 0;
  std::size_t before_list_ = 0;
  std::size_t before_entry_ = 0;
  std::size_t list_values_ = 0;
  int depth_ = 0;
  bool after_key_ = false;  // "symbols" came, its value did not
  bool in_list_ = false;
};

}  // namespace gw::protocol
