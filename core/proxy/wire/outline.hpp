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
  std::vector<std::string_view> entries;  // of the frame, in order, with the spaces around them
};

// The frame need be no JSON: it is if the frame without what is between the brackets and each of the entries are.
Outline outline_of(std::string_view frame);

}  // namespace gw::proxy::wire
