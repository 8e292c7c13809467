// What an owner holds of a connection, whose parts keep themselves alive until each of its operations has ended.
// Included by connection.cpp only.
#pragma once

#include <memory>
#include <utility>

#include "core/websocket/connection.hpp"

namespace gw::websocket {

template <class Impl>
class Handle final : public Connection {
 public:
  explicit Handle(std::shared_ptr<Impl> impl) : Connection(impl->bytes()), impl_(std::move(impl)) {}
  ~Handle() override { impl_->let_go(); }
  bool send(Opcode opcode, std::string_view payload) override { return impl_->send(opcode, payload); }
  void flush() override { impl_->flush(); }
  void set_kernel_buffer(int bytes) override { impl_->set_kernel_buffer(bytes); }
  std::uint64_t bytes_written() const override { return impl_->written(); }
  Intake intake() const override { return impl_->intake(); }
  void ping() override { impl_->ping(); }
  void close(int code, std::string_view reason) override { impl_->close(code, reason); }
  void drop_and_close(int code, std::string_view reason) override { impl_->drop_and_close(code, reason); }
  bool compresses() const override { return impl_->compresses(); }
  bool is_open() const override { return impl_->is_open(); }
  std::string remote_address() const override { return impl_->remote(); }
  void pause_reading(bool paused) override { impl_->pause_reading(paused); }
  bool hung_up() const override { return impl_->hung_up(); }
  void limit_messages(std::size_t bytes) override { impl_->limit_messages(bytes); }

 private:
  std::shared_ptr<Impl> impl_;
};

// For a connection whose owner was told its end.
class Nobody final : public Listener {
 public:
  void on_open() override {}
  void on_message(Opcode, std::string_view) override {}
  void on_closed(const CloseInfo&) override {}
};

}  // namespace gw::websocket
