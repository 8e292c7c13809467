// Each socket and file needs a descriptor, and a process gets few of them unless it asks for more. Thread: main.
#pragma once

namespace gw::app {

// Raises the limit to the highest that this process may have.
void raise_descriptor_limit();

}  // namespace gw::app
