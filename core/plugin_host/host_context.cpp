#include "core/plugin_host/host_context.hpp"

#include <memory>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "core/plugin_host/host_table.hpp"

namespace gw::plugin_host {

thread_local const HostContext* HostContext::current_ = nullptr;

HostContext::HostContext(AdapterHost& host, Services services)
    : host_(&host), services_(std::move(services)), table_(make_host_table(*this)) {}

// All contexts that there ever were, kept where a leak checker finds them.
struct HostContext::All {
  static All& get() {
    static auto& all = *new All;
    return all;
  }
  std::mutex mutex;
  std::vector<std::unique_ptr<HostContext>> contexts;
};

HostContext& HostContext::make(AdapterHost& host, Services services) {
  All& all = All::get();
  const std::lock_guard lock(all.mutex);
  return *all.contexts.emplace_back(new HostContext(host, std::move(services)));
}

HostContext::Misplaced HostContext::misplaced_of(std::string_view broker) {
  All& all = All::get();
  const std::lock_guard lock(all.mutex);
  Misplaced sum;
  for (const auto& context : all.contexts) {
    if (context->services_.name != broker) continue;
    const std::uint64_t late = context->late_.load(std::memory_order_relaxed);
    sum.late += late;
    sum.foreign += context->misplaced_.load(std::memory_order_relaxed) - late;
  }
  return sum;
}

void HostContext::close() {
  is_gone_.store(true, std::memory_order_relaxed);
  std::deque<Posted> left;
  {
    const std::lock_guard lock(mutex_);
    is_open_ = false;
    left.swap(posted_);
  }
  for (const Posted& posted : left) try {
      posted.run(posted.argument, 0);
    } catch (...) {
      services_.log->failed_calls.error(
          "post", services_.name + ": the plugin threw an exception in a function that it posted");
    }
}

bgw_status HostContext::post(Posted posted) noexcept {
  const std::lock_guard lock(mutex_);
  if (!is_open_) return BGW_E_STATE;
  posted_.push_back(posted);
  if (!will_run_) boost::asio::post(*services_.io, [this] { run_posted(); });
  will_run_ = true;
  return BGW_OK;
}

// What is posted meanwhile waits until other events have had their turn: work may post itself again and again.
void HostContext::run_posted() {
  std::size_t count = 0;
  {
    const std::lock_guard lock(mutex_);
    will_run_ = false;
    count = posted_.size();
  }
  for (; count != 0; --count) {
    Posted next{};
    {
      const std::lock_guard lock(mutex_);
      if (posted_.empty()) return;  // closed meanwhile
      next = posted_.front();
      posted_.pop_front();
    }
    services_.run_posted(next);
  }
}

void HostContext::note_misplaced(const char* function) noexcept {
  if (is_gone_.load(std::memory_order_relaxed)) late_.fetch_add(1, std::memory_order_relaxed);
  misplaced_.fetch_add(1, std::memory_order_relaxed);
  try {
    services_.log->misplaced_calls.error(
        function, services_.name + ": the plugin called " + function +
                      " outside a call of the gateway into its adapter (from a thread of its own, or after "
                      "destroy); such calls do nothing. A plugin's thread can use post");
  } catch (...) {
    // Without memory there is no line.
  }
}

}  // namespace gw::plugin_host
