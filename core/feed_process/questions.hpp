// What a link in a process of its own asks the gateway, and what it tells it: when its functions are called, they write
// a message; the gateway's side calls the functions that are meant. Both sides go by messages.hpp.
#pragma once

#include <string_view>

#include "core/feed_process/message_socket.hpp"
#include "core/feed_process/messages.hpp"

namespace gw::feed_process {

// The functions of `setup.options`, as calls of the gateway. The socket outlives them. One that is not answered within
// two seconds counts as answered in the way in which the feed's silence means nothing. [feed]
void ask_by(const MessageSocket& questions, Setup& setup);

// Answers one message with the functions of `options`. [process]
void answer(const MessageSocket& questions, std::string_view message, const plugin_host::LinkOptions& options);

}  // namespace gw::feed_process
