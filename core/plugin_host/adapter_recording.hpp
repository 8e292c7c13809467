// The recording of one adapter object, for `run --record`: what it is given and what it answers, in a file of its own.
#pragma once

namespace bgw::testing {
class Recorder;
}

namespace gw::plugin_host {

struct LinkContext;

// A recorder for an object that is about to be made; null: nothing is recorded, because nobody wants it or no file can
// be made, which is logged and counted. It lives for ever. [feed]
bgw::testing::Recorder* begin_recording(LinkContext& link);

}  // namespace gw::plugin_host
