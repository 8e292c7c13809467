#include "core/websocket/connection.hpp"

#include <utility>

#include "core/websocket/endpoint.hpp"

namespace gw::websocket {
namespace {

// What an owner holds. The endpoint behind it lives until each of its operations has ended.
class Handle final : public Connection {
 public:
  explicit Handle(std::shared_ptr<Endpoint> endpoint)
      : Connection(endpoint->writer().output()), endpoint_(std::move(endpoint)) {}
  ~Handle() override { endpoint_->let_go(); }
  bool send(Opcode opcode, std::string_view payload) override { return endpoint_->writer().send(opcode, payload); }
  void flush() override { endpoint_->writer().flush(); }
  void set_kernel_buffer(int bytes) override { endpoint_->stream().set_kernel_buffer(bytes); }
  std::uint64_t bytes_written() const override { return endpoint_->writer().written(); }
  Intake intake() const override { return endpoint_->writer().intake(); }
  void ping(std::string_view payload) override { endpoint_->ping(payload); }
  void close(int code, std::string_view reason) override { endpoint_->close(code, reason); }
  void drop_and_close(int code, std::string_view reason) override { endpoint_->drop_and_close(code, reason); }
  bool is_open() const override { return endpoint_->is_open(); }
  bool compresses() const override { return endpoint_->compresses(); }
  std::string remote_address() const override { return endpoint_->remote_address(); }
  void pause_reading(bool paused) override { endpoint_->pause_reading(paused); }
  bool hung_up() const override { return endpoint_->stream().hung_up(); }
  void limit_messages(std::size_t bytes) override { endpoint_->limit_messages(bytes); }

 private:
  std::shared_ptr<Endpoint> endpoint_;
};

}  // namespace

std::unique_ptr<Connection> Connection::connect(boost::asio::io_context& io, ClientOptions options,
                                                Listener& listener) {
  auto endpoint = std::make_shared<Endpoint>(io.get_executor(), listener, options.message_limit, options.output_limit);
  endpoint->connect(io, std::move(options));
  return std::make_unique<Handle>(std::move(endpoint));
}

std::unique_ptr<Connection> Connection::accept(TcpSocket&& socket, const ServerOptions& options, Listener& listener,
                                               std::shared_ptr<const void> until_gone) {
  const auto executor = *socket.get_executor().target<Layer::executor_type>();
  auto endpoint = std::make_shared<Endpoint>(executor, listener, options.message_limit, options.output_limit);
  endpoint->accept(std::move(socket), options, std::move(until_gone));
  return std::make_unique<Handle>(std::move(endpoint));
}

}  // namespace gw::websocket
