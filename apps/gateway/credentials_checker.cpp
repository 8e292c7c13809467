#include "apps/gateway/credentials_checker.hpp"

#include <cstring>
#include <exception>
#include <string>

#include "apps/gateway/web_address.hpp"
#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"
#include "core/download/fetch.hpp"

namespace gw::app {
namespace {

using plugin_host::CredentialsAnswer;

CredentialsAnswer judge(const bgw_credentials& extension, const download::Fetched& fetched) {
  bgw_error error{};
  CredentialsAnswer answer;
  try {
    answer.verdict = extension.judge(fetched.status, fetched.body.c_str(), fetched.body.size(), &error);
  } catch (const std::exception& e) {
    return {BGW_E_EXCEPTION, std::string("the plugin threw an exception in judge: ") + e.what()};
  } catch (...) {
    return {BGW_E_EXCEPTION, "the plugin threw an exception in judge"};
  }
  answer.text.assign(error.message, strnlen(error.message, sizeof error.message));
  if (answer.text.empty()) answer.text = "the broker's web interface answers HTTP " + std::to_string(fetched.status);
  return answer;
}

}  // namespace

CredentialsAnswer check_credentials(const bgw_credentials& extension,
                                    const std::vector<plugin_host::AdapterSetting>& settings, const Outgoing& outgoing,
                                    std::function<bool()> is_wanted) {
  const auto address = web_address(extension, settings);
  if (!address) return {BGW_E_REFUSED, address.error().message};
  download::Fetch request;
  request.url = address->url;
  request.headers = address->headers;
  request.outgoing = outgoing;
  request.is_wanted = std::move(is_wanted);
  const auto fetched = download::fetch(request);
  if (!fetched) return {BGW_E_REFUSED, log::redacted(fetched.error().message)};
  return judge(extension, *fetched);
}

CredentialsChecker::~CredentialsChecker() {
  end();
  if (thread_.joinable()) thread_.join();
}

void CredentialsChecker::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_one();
}

void CredentialsChecker::ask(std::shared_ptr<const bgw_credentials> extension, const Outgoing& outgoing,
                             plugin_host::CredentialsQuestion question) {
  {
    const std::lock_guard lock(mutex_);
    if (ending_) return;
    jobs_.push_back({std::move(extension), outgoing, std::move(question)});
    if (!thread_.joinable())
      thread_ = std::thread([this] {
        name_this_thread("credentials");
        run();
      });
  }
  wake_.notify_one();
}

void CredentialsChecker::run() {
  for (;;) {
    std::unique_lock lock(mutex_);
    wake_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return;
    const Job job = std::move(jobs_.front());
    jobs_.pop_front();
    lock.unlock();
    const auto is_wanted = [&] { return !ending_ && !job.question.wanted.expired(); };
    if (!is_wanted()) continue;
    CredentialsAnswer answer = check_credentials(*job.extension, job.question.settings, job.outgoing, is_wanted);
    if (is_wanted()) job.question.answer(std::move(answer));
  }
}

}  // namespace gw::app
