// A login through a plugin in a process of its own. Threads: any, which waits.
#pragma once

#include <functional>
#include <memory>

#include "apps/gateway/plugin_tasks/plugin_task.hpp"
#include "core/login/login.hpp"

namespace gw::app {

// As Login::run with these, without an answer of a page. The tokens are written by that process.
login::Outcome run_login(const plugin_host::Library& library, const TaskOptions& process,
                         const login::LoginOptions& options, const login::TokenFiles& files);

// Does that in the process that was begun for it.
void do_login_task(const std::shared_ptr<const plugin_host::Library>& library, feed_process::Unpacker& question,
                   feed_process::Packer& answer);

}  // namespace gw::app
