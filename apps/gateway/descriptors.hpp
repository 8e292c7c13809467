// Sockets and files are descriptors, and systems give few of them unless asked for more.
#pragma once

namespace gw::app {

// As many as this process may have.
void raise_descriptor_limit();

}  // namespace gw::app
