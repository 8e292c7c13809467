// A link that goes while something of it is under way: nothing that was queued for it may reach it any more.
#include <future>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "adapter_fixture.hpp"
#include "core/plugin_host/feed_thread.hpp"

namespace gw::plugin_host {
namespace {

class LinkRemoval : public AdapterTest {
 protected:
  // Ends the link `turns` turns of the loop after `cause`, so that what that made ready is queued already.
  void end_after(const std::function<void()>& cause, int turns) {
    std::function<void(int)> later = [&](int left) {
      if (left == 0) {
        link_->stop();
        link_.reset();
        return;
      }
      boost::asio::post(io_, [&later, left] { later(left - 1); });
    };
    boost::asio::post(io_, [&] {
      cause();
      later(turns);
    });
    run_until([this] { return link_ == nullptr; });
    settle();
  }
};

TEST_F(LinkRemoval, ABellThatRangIsNotAnswered) {
  for (int turns = 0; turns < 4; ++turns) {
    start_connected();
    end_after([this] { want(1); }, turns);
  }
}

TEST_F(LinkRemoval, ATimerWhoseTimeHasComeDoesNotFire) {
  options_.stall_limit_ns = 1;  // looks every few milliseconds
  for (int turns = 0; turns < 4; ++turns) {
    start_connected();
    boost::asio::io_context elsewhere;  // the moment passes while this thread is busy
    end_after([&] { boost::asio::steady_timer(elsewhere, std::chrono::milliseconds(3)).wait(); }, turns);
  }
}

}  // namespace
}  // namespace gw::plugin_host
