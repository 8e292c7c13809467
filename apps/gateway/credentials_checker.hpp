// When a broker's feed refuses a login without saying why, asks the broker's web interface whether the credentials are
// good. One request at a time, on a thread of its own that begins with the first question.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "bgw/abi.h"
#include "core/base/outgoing.hpp"
#include "core/plugin_host/link_options.hpp"

namespace gw::app {

class CredentialsChecker {
 public:
  CredentialsChecker() = default;
  ~CredentialsChecker();  // ends a request that is under way
  CredentialsChecker(const CredentialsChecker&) = delete;
  CredentialsChecker& operator=(const CredentialsChecker&) = delete;

  // `extension` says what to request and judges the answer; the pointer keeps the plugin loaded. Does not wait. [any]
  void ask(std::shared_ptr<const bgw_credentials> extension, const Outgoing& outgoing,
           plugin_host::CredentialsQuestion question);
  // No question is answered any more. A request that is under way ends within a second; this does not wait for it.
  // [any]
  void end();

 private:
  struct Job {
    std::shared_ptr<const bgw_credentials> extension;
    Outgoing outgoing;
    plugin_host::CredentialsQuestion question;
  };

  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> jobs_;
  std::atomic<bool> ending_ = false;
  std::thread thread_;
};

// Makes the request and has the plugin judge the answer. Ends early when `is_wanted` returns false. Blocks.
plugin_host::CredentialsAnswer check_credentials(const bgw_credentials& extension,
                                                 const std::vector<plugin_host::AdapterSetting>& settings,
                                                 const Outgoing& outgoing, std::function<bool()> is_wanted);

}  // namespace gw::app
