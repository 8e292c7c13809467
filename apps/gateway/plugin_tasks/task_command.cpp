#include "apps/gateway/plugin_tasks/task_command.hpp"

#include <cstdlib>
#include <memory>

#include "apps/gateway/environment.hpp"
#include "apps/gateway/plugin_tasks/list_tasks.hpp"
#include "apps/gateway/plugin_tasks/login_task.hpp"
#include "apps/gateway/signals.hpp"
#include "core/feed_process/child.hpp"
#include "core/feed_process/message_socket.hpp"

namespace gw::app {
namespace {

using feed_process::MessageSocket;
using feed_process::Packer;
using feed_process::Process;
using feed_process::Unpacker;

// What the process says last: what went wrong, and the answer.
void say_done(const MessageSocket& socket, const Result<void>& done, const Packer& answer) {
  Packer to;
  to.put(Said::done);
  to.put_text(done ? "" : done.error().message);
  socket.send_patiently(to.bytes() + answer.bytes());
}

}  // namespace

int plugin_task_command(const std::vector<std::string>& arguments) {
  std::vector<int> numbers;
  for (const std::string& argument : arguments) numbers.push_back(std::atoi(argument.c_str()));
  if (numbers.size() != 2 || numbers.front() < 3)
    return fail("the gateway runs this command itself, for a plugin that runs in a process of its own", kWrong);
  block_signals();  // the gateway alone ends this process
  write_log_on_crash();
  const auto settled = Process::settle_in(numbers);
  const MessageSocket socket(numbers[0]);
  const auto asked = socket.receive(-1);
  if (!asked || asked->is_over) return kWrong;
  Unpacker from(asked->message);
  const auto task = from.take<Task>();
  const std::string file = from.take_text();
  const std::string broker = from.take_text();
  const auto level = from.take<log::Level>();
  const auto limits = from.take<feed_process::Limits>();
  const std::string question_bytes = from.take_text();
  if (!from.is_whole()) return kWrong;
  Unpacker question(question_bytes);
  feed_process::log_for_gateway(level);
  Packer answer;
  auto done = settled ? Process::limit(limits) : settled;
  auto library = done ? feed_process::load_broker(file, broker, numbers[1]) : done.error();
  if (!library)
    done = library.error();
  else if (task == Task::log_in)
    do_login_task(*library, question, answer);
  else
    done = do_list_task(task, **library, question, socket, answer);
  say_done(socket, done, answer);
  log::end_thread();
  return kDone;
}

}  // namespace gw::app
