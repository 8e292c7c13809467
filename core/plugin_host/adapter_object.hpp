// The object that a plugin made, and the guard of all calls into it: whatever the plugin throws becomes a status and
// ends here. What the object asks for during a call (ready, fail) is acted on after the outermost call, so that the
// gateway never calls back from inside a function of the host. Thread: feed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "bgw/abi.h"
#include "core/base/result.hpp"
#include "core/plugin_host/host_context.hpp"
#include "core/plugin_host/link_context.hpp"

namespace gw::plugin_host {

class AdapterHost;
class AdapterSocket;

class AdapterObject {
 public:
  class Owner {
   public:
    virtual void on_ready_asked() = 0;
    virtual void on_failure(const bgw_error& failure) = 0;

   protected:
    ~Owner() = default;
  };

  AdapterObject(LinkContext& link, Owner& owner) : link_(link), library_(link.library), owner_(owner) {}
  ~AdapterObject() { destroy(); }
  AdapterObject(const AdapterObject&) = delete;
  AdapterObject& operator=(const AdapterObject&) = delete;

  // Creates and initializes the object. An error: the settings are wrong or the plugin failed; the owner calls
  // destroy(). Missing or refused credentials are no error: login_problem() names them. `host` outlives the object.
  Result<void> create(AdapterHost& host);
  void destroy();
  bool exists() const { return adapter_ != nullptr; }
  bool is_initializing() const { return initializing_; }
  const std::string& login_problem() const { return login_problem_; }

  // ---- calls into the object; BGW_E_STATE when it does not exist
  bgw_status connect(bgw_error& error);
  bgw_status disconnect(bgw_error& error);
  bgw_status on_open(std::uint32_t connection, bgw_error& error);
  bgw_status on_frame(const AdapterSocket& socket, std::uint32_t opcode, std::span<const std::byte> frame,
                      bgw_error& error);
  bgw_status on_close(std::uint32_t connection, const bgw_close& close, bgw_error& error);
  bgw_status on_timer(std::uint32_t id, bgw_error& error);
  bgw_status on_http(std::uint32_t id, const bgw_http_response& response, bgw_error& error);
  bgw_status subscribe(std::span<const bgw_subscription> list, bgw_error& error);
  bgw_status unsubscribe(std::span<const std::uint32_t> instruments, bgw_error& error);

  // ---- what the object asks for
  void ask_ready();
  void ask_failure(const bgw_error& failure);
  bool has_failed() const { return failure_.has_value(); }  // during the present call

  // During on_frame: the class of the connection that the frame came from.
  std::optional<std::uint32_t> frame_class() const { return frame_class_; }

  bool is_in_call() const { return calls_ != 0; }
  // During a call: when the outermost call began, which is when its frame was read. Outside a call: now.
  struct Time {
    std::int64_t monotonic_ns;
    std::int64_t wall_ns;
  };
  Time time() const {
    if (calls_ != 0) return call_time_;
    const std::int64_t now = link_.options.monotonic();
    return {now, link_.clock.at(now)};
  }

 private:
  const bgw_adapter_api& api() const { return *api_; }
  template <class F>
  bgw_status call(Callback name, bgw_error& error, F&& function);
  bool begin_call(Callback name, bgw_error& error);
  bgw_status end_call(bgw_status status, const bgw_error& error);
  void act_on_what_was_asked();

  LinkContext& link_;
  std::shared_ptr<const Library> library_;
  Owner& owner_;
  const bgw_adapter_api* api_ = nullptr;  // the plugin's, or a recorder's in front of it
  void* adapter_ = nullptr;               // for the functions of api_
  HostContext* context_ = nullptr;        // of adapter_
  std::optional<std::uint32_t> frame_class_;
  bool initializing_ = false;
  std::string login_problem_;
  int calls_ = 0;  // under way, one inside the other
  Time call_time_{};
  bool ready_asked_ = false;
  std::optional<bgw_error> failure_;
};

}  // namespace gw::plugin_host
