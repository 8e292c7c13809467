// Where the parts of a client's frame lie, from one look at its bytes: what is nested too deeply for a parser that
// recurses, and the entries of a long list of symbols, each of which can be parsed by itself.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace gw::proxy::wire {

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

}  // namespace gw::proxy::wire
