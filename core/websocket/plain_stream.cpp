#include "core/websocket/byte_stream.hpp"

#include <algorithm>
#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>

namespace gw::websocket {
namespace {

constexpr std::size_t kPiecesAtOnce = 64;  // Asio hands no more to the system

// Memory for the one read that is under way. Asio's own recycling would leave it in whatever large piece the handshake
// used last, for as long as the connection is idle.
class ReadMemory {
 public:
  template <class T>
  struct Allocator {
    using value_type = T;
    explicit Allocator(ReadMemory& m) : memory(&m) {}
    template <class U>
    Allocator(const Allocator<U>& other) : memory(other.memory) {}
    T* allocate(std::size_t) {
      static_assert(sizeof(T) <= sizeof memory->block_, "make the block larger");
      return reinterpret_cast<T*>(memory->block_);
    }
    void deallocate(T*, std::size_t) {}
    template <class U>
    bool operator==(const Allocator<U>& other) const {
      return memory == other.memory;
    }
    ReadMemory* memory;
  };

 private:
  alignas(std::max_align_t) std::byte block_[192];
};

class PlainStream final : public ByteStream, public std::enable_shared_from_this<PlainStream> {
 public:
  PlainStream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life, StreamOwner& owner)
      : socket_(std::move(socket)), life_(std::move(life)), owner_(owner) {
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true), ignored);
  }

  void start() override {
    boost::asio::post(socket_.get_executor(), [self = shared_from_this()] {
      if (const auto alive = self->life_.lock()) self->owner_.on_ready({});
    });
  }
  void read_some(void* data, std::size_t size) override {
    socket_.async_read_some(boost::asio::buffer(data, size), OnRead{shared_from_this()});
  }
  std::size_t write_some(std::string_view bytes, boost::system::error_code& ec) override {
    return socket_.write_some(boost::asio::buffer(bytes.data(), bytes.size()), ec);
  }
  std::size_t write_some(std::span<const std::string_view> pieces, boost::system::error_code& ec) override {
    std::array<boost::asio::const_buffer, kPiecesAtOnce> buffers;
    const std::size_t count = std::min(pieces.size(), buffers.size());
    for (std::size_t i = 0; i < count; ++i) buffers[i] = boost::asio::buffer(pieces[i].data(), pieces[i].size());
    return socket_.write_some(std::span(buffers).first(count), ec);
  }
  void wait_writable() override {
    socket_.async_wait(boost::asio::ip::tcp::socket::wait_write,
                       [self = shared_from_this()](boost::system::error_code ec) {
                         if (const auto alive = self->life_.lock()) self->owner_.on_writable(ec);
                       });
  }
  void shutdown() override {
    boost::system::error_code ignored;
    socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send, ignored);
  }
  void close() override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  boost::asio::ip::tcp::socket& socket() override { return socket_; }

 private:
  struct OnRead {
    using allocator_type = ReadMemory::Allocator<void>;
    allocator_type get_allocator() const { return allocator_type(self->read_memory_); }
    void operator()(boost::system::error_code ec, std::size_t n) const {
      if (const auto alive = self->life_.lock()) self->owner_.on_read(ec, n);
    }
    std::shared_ptr<PlainStream> self;
  };

  boost::asio::ip::tcp::socket socket_;
  std::weak_ptr<void> life_;
  StreamOwner& owner_;
  ReadMemory read_memory_;
};

}  // namespace

std::shared_ptr<ByteStream> make_plain_stream(boost::asio::ip::tcp::socket&& socket, std::weak_ptr<void> life,
                                              StreamOwner& owner) {
  return std::make_shared<PlainStream>(std::move(socket), std::move(life), owner);
}

}  // namespace gw::websocket
