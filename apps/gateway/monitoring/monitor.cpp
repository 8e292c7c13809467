#include "apps/gateway/monitoring/monitor.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "apps/gateway/monitoring/access.hpp"
#include "apps/gateway/monitoring/health_pages.hpp"
#include "apps/gateway/monitoring/metrics_page.hpp"
#include "core/base/clock.hpp"
#include "core/base/thread_name.hpp"

namespace gw::app {
namespace {

constexpr std::size_t kMaxWaiting = 64;
// A page that everybody may ask for is made at most so often: whoever asks in between gets the last one.
constexpr std::int64_t kFreshNs = 100'000'000;
// The control thread reads instrument lists too, which takes seconds.
constexpr std::int64_t kControlPatienceNs = 30'000'000'000;

websocket::HttpAnswer text(int status, std::string words) {
  return {status, "text/plain; charset=utf-8", std::move(words)};
}

}  // namespace

Monitor::Monitor(proxy::Proxy& proxy, plugin_host::Feeds& feeds, Observer::Known known)
    : proxy_(proxy),
      observer_(proxy, feeds, std::move(known)),
      started_ns_(wall_ns()),
      keys_(std::make_shared<const accounts::KeyRing>()) {}

void Monitor::start() {
  beat();
  is_over_ = false;
  thread_ = std::thread([this] {
    name_this_thread("monitor");
    serve();
  });
}

void Monitor::stop() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    is_over_ = true;
  }
  asked_or_over_.notify_all();
  thread_.join();
}

void Monitor::set_keys(std::shared_ptr<const accounts::KeyRing> keys) {
  const std::lock_guard lock(mutex_);
  keys_ = std::move(keys);
}

void Monitor::beat() { beat_ns_.store(monotonic_ns(), std::memory_order_relaxed); }

void Monitor::answer(const websocket::HttpRequest& request, websocket::HttpReply reply) {
  if (request.method != "GET" && request.method != "HEAD") {
    websocket::HttpAnswer no = text(405, "Only GET and HEAD are answered here.\n");
    no.headers.push_back({"Allow", "GET, HEAD"});
    return reply(std::move(no));
  }
  const std::string_view path = request.target.substr(0, request.target.find('?'));
  if (path == "/healthz") return ask(Page::health, std::move(reply));
  if (path == "/readyz") return ask(Page::readiness, std::move(reply));
  if (path != "/metrics") {
    websocket::HttpAnswer no =
        text(426, "This is a WebSocket server. To open a WebSocket, the request lacks " + request.missing +
                      ".\nA reverse proxy in between must pass these on: docs/clients.md.\n");
    no.headers = {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}, {"Sec-WebSocket-Version", "13"}};
    return reply(std::move(no));
  }
  std::shared_ptr<const accounts::KeyRing> keys;
  {
    const std::lock_guard lock(mutex_);
    keys = keys_;
  }
  MetricsAccess access = metrics_access(request, *keys, wall_ns());
  if (access.refusal) return reply(std::move(*access.refusal));
  if (access.key_id != 0)
    proxy_.post([&proxy = proxy_, key = access.key_id] { proxy.requests().key_uses().note(key, wall_ns()); });
  ask(Page::metrics, std::move(reply));
}

void Monitor::ask(Page page, websocket::HttpReply reply) {
  {
    const std::lock_guard lock(mutex_);
    if (!is_over_ && asked_.size() < kMaxWaiting) {
      asked_.push_back({page, std::move(reply)});
      asked_or_over_.notify_all();
      return;
    }
  }
  reply(text(503, "Too many ask at once, or the gateway is ending: ask again in a second.\n"));
}

void Monitor::serve() {
  std::array<Made, 3> made;
  for (;;) {
    std::vector<Asked> asked;
    bool is_over = false;
    {
      std::unique_lock lock(mutex_);
      asked_or_over_.wait(lock, [this] { return is_over_ || !asked_.empty(); });
      asked.swap(asked_);
      is_over = is_over_;
    }
    for (const Asked& one : asked) {
      Made& page = made[static_cast<std::size_t>(one.page)];
      if (is_over) {
        one.reply(text(503, "The gateway is ending.\n"));
        continue;
      }
      const bool may_be_known = one.page != Page::metrics && page.at_ns != 0;
      if (!may_be_known || monotonic_ns() - page.at_ns > kFreshNs) page = {make(one.page), monotonic_ns()};
      one.reply(page.answer);
    }
    if (is_over) return;
  }
}

websocket::HttpAnswer Monitor::make(Page page) {
  switch (page) {
    case Page::health:
      return health_page(signs_of_life());
    case Page::readiness:
      return readiness_page(observer_.observe());
    case Page::metrics:
      break;
  }
  return {200, "text/plain; version=0.0.4; charset=utf-8", metrics_page(observer_.observe(), started_ns_, wall_ns())};
}

std::vector<Observer::Sign> Monitor::signs_of_life() {
  std::vector<Observer::Sign> signs = observer_.signs_of_life();
  signs.push_back({"control", monotonic_ns() - beat_ns_.load(std::memory_order_relaxed) < kControlPatienceNs});
  return signs;
}

}  // namespace gw::app
