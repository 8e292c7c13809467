#include "core/plugin_host/adapter_object.hpp"

#include <cstdio>
#include <exception>
#include <utility>

#include "bgw/testing/recorder.hpp"
#include "core/base/log.hpp"
#include "core/plugin_host/adapter_recording.hpp"
#include "core/plugin_host/adapter_socket.hpp"

namespace gw::plugin_host {
namespace {

// Called inside a catch block.
void describe_exception(bgw_error& error) noexcept {
  try {
    throw;
  } catch (const std::exception& e) {
    std::snprintf(error.message, sizeof error.message, "an exception left the plugin: %s", e.what());
  } catch (...) {
    std::snprintf(error.message, sizeof error.message, "an exception left the plugin");
  }
}

// A call that no other one surrounds, for the watchdog.
class MarkedCall {
 public:
  MarkedCall(CallMark& mark, Callback name, std::int64_t now_ns) : mark_(mark) { mark_.enter(name, now_ns); }
  ~MarkedCall() { mark_.leave(); }
  MarkedCall(const MarkedCall&) = delete;
  MarkedCall& operator=(const MarkedCall&) = delete;

 private:
  CallMark& mark_;
};

}  // namespace

template <class F>
bgw_status AdapterObject::call(Callback name, bgw_error& error, F&& function) {
  if (!begin_call(name, error)) return BGW_E_STATE;
  bgw_status status = BGW_E_EXCEPTION;
  const HostContext::Call inside(context_);
  try {
    status = function();
  } catch (...) {
    describe_exception(error);
  }
  return end_call(status, error);
}

bool AdapterObject::begin_call(Callback name, bgw_error& error) {
  error = {};
  if (adapter_ == nullptr) return false;
  if (calls_ == 0) {
    call_time_ = time();
    link_.calls->enter(name, call_time_.monotonic_ns);
  }
  ++calls_;
  return true;
}

bgw_status AdapterObject::end_call(bgw_status status, const bgw_error& error) {
  if (status == BGW_E_EXCEPTION) {
    link_.counts.exceptions.fetch_add(1, std::memory_order_relaxed);
    link_.log->failed_calls.error(
        "", link_.options.name + ": the plugin failed: " + text_of(error) + "; going on without this call");
  }
  if (--calls_ == 0) {
    link_.calls->leave();
    link_.writer().ring();
    act_on_what_was_asked();
  }
  return status;
}

void AdapterObject::act_on_what_was_asked() {
  link_.counts.conflated.store(link_.writer().conflated(), std::memory_order_relaxed);
  const bool is_ready = std::exchange(ready_asked_, false);
  if (const auto failure = std::exchange(failure_, std::nullopt)) return owner_.on_failure(*failure);
  if (is_ready) owner_.on_ready_asked();
}

void AdapterObject::ask_ready() {
  ready_asked_ = true;
  if (calls_ == 0) act_on_what_was_asked();
}

void AdapterObject::ask_failure(const bgw_error& failure) {
  failure_ = failure;
  if (calls_ == 0) act_on_what_was_asked();
}

Result<void> AdapterObject::create(AdapterHost& host) {
  const std::string& name = link_.options.name;
  bgw_error error{};
  context_ = &HostContext::make(
      host,
      {name, link_.log, link_.options.wall, link_.options.monotonic, &link_.io, [this](HostContext::Posted posted) {
         bgw_error ignored{};
         call(Callback::posted_work, ignored, [&] { return posted.run(posted.argument, 1), BGW_OK; });
       }});
  bgw::testing::Recorder* const recorder = begin_recording(link_);
  api_ = recorder != nullptr ? &bgw::testing::Recorder::api() : library_->descriptor().api;
  try {
    const HostContext::Call inside(context_);
    const MarkedCall marked(*link_.calls, Callback::create, link_.options.monotonic());
    adapter_ =
        recorder != nullptr ? recorder->create(context_->table(), &error) : api().create(&context_->table(), &error);
  } catch (const std::exception& e) {
    context_->close();
    return Error{name + ": the plugin threw an exception in create: " + e.what()};
  } catch (...) {
    context_->close();
    return Error{name + ": the plugin threw an exception in create"};
  }
  if (adapter_ == nullptr) context_->close();
  if (adapter_ == nullptr) return Error{name + ": the plugin could not create an adapter: " + text_of(error)};
  initializing_ = true;
  const bgw_status status = call(Callback::initialize, error, [&] { return api().initialize(adapter_, &error); });
  initializing_ = false;
  login_problem_ = status == BGW_E_AUTH ? text_of(error) : "";
  if (status == BGW_OK || status == BGW_E_AUTH) return {};
  return Error{name + ": " + text_of(error)};
}

void AdapterObject::destroy() {
  if (adapter_ == nullptr) return;
  try {
    const HostContext::Call inside(context_);
    const MarkedCall marked(*link_.calls, Callback::destroy, link_.options.monotonic());
    context_->close();
    api().destroy(adapter_);
  } catch (...) {
    link_.log->failed_calls.error("destroy", link_.options.name + ": the plugin threw an exception in destroy");
  }
  adapter_ = nullptr;
  failure_.reset();
  ready_asked_ = false;
}

bgw_status AdapterObject::connect(bgw_error& error) {
  return call(Callback::connect, error, [&] { return api().connect(adapter_, &error); });
}

bgw_status AdapterObject::disconnect(bgw_error& error) {
  return call(Callback::disconnect, error, [&] { return api().disconnect(adapter_, &error); });
}

bgw_status AdapterObject::on_open(std::uint32_t connection, bgw_error& error) {
  return call(Callback::on_open, error, [&] { return api().on_open(adapter_, connection, &error); });
}

bgw_status AdapterObject::on_frame(const AdapterSocket& socket, std::uint32_t opcode, std::span<const std::byte> frame,
                                   bgw_error& error) {
  const std::uint32_t number = socket.number();
  frame_class_ = socket.connection_class();
  const bgw_status status = call(Callback::on_frame, error, [&] {
    link_.counts.last_frame_ns.store(call_time_.wall_ns, std::memory_order_relaxed);
    return api().on_frame(adapter_, number, opcode, frame.data(), frame.size(), &error);
  });
  frame_class_.reset();
  return status;
}

bgw_status AdapterObject::on_http(std::uint32_t id, const bgw_http_response& response, bgw_error& error) {
  return call(Callback::on_http, error, [&] {
    const bgw_adapter_api& functions = api();
    return BGW_HAS(&functions, on_http) && functions.on_http != nullptr
               ? functions.on_http(adapter_, id, &response, &error)
               : bgw_status{BGW_OK};
  });
}

bgw_status AdapterObject::on_close(std::uint32_t connection, const bgw_close& close, bgw_error& error) {
  return call(Callback::on_close, error, [&] { return api().on_close(adapter_, connection, &close, &error); });
}

bgw_status AdapterObject::on_timer(std::uint32_t id, bgw_error& error) {
  return call(Callback::on_timer, error, [&] { return api().on_timer(adapter_, id, &error); });
}

bgw_status AdapterObject::subscribe(std::span<const bgw_subscription> list, bgw_error& error) {
  return call(Callback::subscribe, error,
              [&] { return api().subscribe(adapter_, list.data(), static_cast<std::uint32_t>(list.size()), &error); });
}

bgw_status AdapterObject::unsubscribe(std::span<const std::uint32_t> instruments, bgw_error& error) {
  return call(Callback::unsubscribe, error, [&] {
    return api().unsubscribe(adapter_, instruments.data(), static_cast<std::uint32_t>(instruments.size()), &error);
  });
}

}  // namespace gw::plugin_host
