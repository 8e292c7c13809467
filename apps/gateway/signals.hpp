// Signals as something the main thread waits for. None of them ends the gateway unsaid: those that mean nothing here
// are logged, and those that report a failed write (SIGPIPE, SIGXFSZ) are error codes of that write instead.
#pragma once

namespace gw::app {

// Call it before any other thread starts, so that all threads inherit the blocked signals.
void block_signals();

// A file that may not grow is an error code too, for every command. Call it first.
void ignore_file_size_limit();

// Where the gateway crashes: says by which signal, and has the log write out what is queued before the system ends it,
// as it would have.
void write_log_on_crash();

enum class Asked { to_end, to_reload, to_reopen_log };
Asked wait_for_signal();

}  // namespace gw::app
