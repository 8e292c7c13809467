#include "apps/gateway/plugin_tasks/login_task.hpp"

#include <utility>

#include "core/base/log.hpp"
#include "core/feed_process/messages.hpp"

namespace gw::app {

using feed_process::Packer;
using feed_process::Unpacker;

login::Outcome run_login(const plugin_host::Library& library, const TaskOptions& process,
                         const login::LoginOptions& options, const login::TokenFiles& files) {
  Packer question;
  question.put_text(options.name);
  feed_process::put_settings(question, options.settings);
  question.put_text(options.outgoing.bind_address);
  question.put(options.outgoing.family);
  question.put(static_cast<std::uint64_t>(files.size()));
  for (const auto& [key, path] : files) {
    question.put_text(key);
    question.put_text(path);
  }
  login::Outcome outcome;
  const auto done = run_task(library, process, Task::log_in, question, [&](Said said, Unpacker& from) {
    if (said != Said::done) return;
    outcome.status = from.take<bgw_status>();
    outcome.text = from.take_text();
    outcome.retry_after_ns = from.take<std::int64_t>();
  });
  return done ? outcome : login::Outcome{BGW_E_TRANSIENT, done.error().message};
}

void do_login_task(const std::shared_ptr<const plugin_host::Library>& library, Unpacker& question, Packer& answer) {
  login::LoginOptions options;
  options.name = question.take_text();
  options.settings = feed_process::take_settings(question);
  options.outgoing.bind_address = question.take_text();
  options.outgoing.family = question.take<AddressFamily>();
  login::TokenFiles files;
  for (auto left = question.take<std::uint64_t>(); left != 0 && question.is_whole(); --left) {
    std::string key = question.take_text();
    files[std::move(key)] = question.take_text();
  }
  for (const plugin_host::AdapterSetting& s : options.settings)
    if (s.is_secret && !s.is_missing) log::redact(s.text);
  const login::Outcome outcome = login::Login(library, std::move(options), std::move(files)).run("");
  answer.put(outcome.status);
  answer.put_text(outcome.text);
  answer.put(outcome.retry_after_ns);
}

}  // namespace gw::app
