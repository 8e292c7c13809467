// Each socket and file needs a descriptor, and a process gets few of them unless it asks for more. Thread: main.
#pragma once

namespace gw::app {

// Raises the limit to the highest that this process may have.
void raise_descriptor_limit();

// Opens what is closed of standard input, output and error as /dev/null, before anything else gets that number and is
// written to as if it were standard error.
void keep_standard_descriptors();

}  // namespace gw::app
