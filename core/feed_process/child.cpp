#include "core/feed_process/child.hpp"

#include <chrono>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "core/base/log.hpp"
#include "core/base/thread_name.hpp"
#include "core/feed_process/message_socket.hpp"
#include "core/feed_process/process.hpp"
#include "core/feed_process/questions.hpp"
#include "core/plugin_host/broker_link.hpp"
#include "core/plugin_host/library_copy.hpp"
#include "core/plugin_host/shared_link.hpp"
#include "core/recording/recording_file.hpp"

namespace gw::feed_process {
namespace {

using Stream = boost::asio::posix::stream_descriptor;

constexpr std::chrono::milliseconds kBeat{100};
constexpr std::chrono::seconds kEndPatience{2};
constexpr std::int64_t kRecordingNs = 1'000'000'000;  // for the rest of recordings, at the end

class Child {
 public:
  Child(MessageSocket commands, MessageSocket questions)
      : commands_(std::move(commands)), questions_(std::move(questions)), stream_(io_, commands_.descriptor()) {}
  ~Child() { stream_.release(); }

  // `settled`: whether the process has given up what it should.
  int run(const Descriptors& descriptors, const Complete& complete, const Result<void>& settled);

 private:
  Result<void> make_link(const Descriptors& descriptors, const Complete& complete, Setup setup);
  void wait_for_command();
  void obey(const std::string& command);
  void tell(const Prepared& prepared) { commands_.send(pack(prepared)); }
  void report(std::uint64_t number);
  void beat();
  void end();
  void watch_gateway();

  MessageSocket commands_;
  MessageSocket questions_;
  boost::asio::io_context io_{1};
  Stream stream_;
  boost::asio::steady_timer beat_{io_};
  bus::Doorbell unused_;
  std::shared_ptr<plugin_host::SharedLink> shared_;
  std::unique_ptr<plugin_host::BrokerLink> link_;
  bool is_started_ = false;
};

int Child::run(const Descriptors& descriptors, const Complete& complete, const Result<void>& settled) {
  const auto first = commands_.receive(-1);
  if (!first || first->is_over) return 2;
  Unpacker from(first->message);
  if (from.take<Kind>() != Kind::prepare) return 2;
  Setup setup = unpack_setup(from);
  if (!from.is_whole()) return 2;
  log_for_gateway(setup.level);
  for (const plugin_host::AdapterSetting& s : setup.options.settings)
    if (s.is_secret && !s.is_missing) log::redact(s.text);
  watch_gateway();
  auto made = settled ? Process::limit(setup.limits) : settled;
  if (made) made = make_link(descriptors, complete, std::move(setup));
  Prepared prepared;
  if (!made) {
    prepared.problem = made.error().message;
    tell(prepared);
    link_.reset();
    log::end_thread();
    return 0;
  }
  prepared.capabilities = declared(link_->capabilities());
  prepared.limits = link_->limits();
  prepared.stall_limit_ns = link_->stall_limit_ns();
  tell(prepared);
  wait_for_command();
  beat();
  io_.run();
  link_.reset();
  recording::drain(kRecordingNs);
  log::end_thread();
  return 0;
}

Result<void> Child::make_link(const Descriptors& descriptors, const Complete& complete, Setup setup) {
  auto shared = plugin_host::SharedLink::join(descriptors.memory, descriptors.adapter_bell, descriptors.routing_bell);
  if (!shared) return shared.error();
  shared_ = std::move(*shared);
  shared_->beat();
  auto library = load_broker(setup.file, setup.broker, descriptors.library);
  if (!library) return library.error();
  setup.options.shared = shared_;
  ask_by(questions_, setup);
  complete(*library, setup.options);
  link_ = std::make_unique<plugin_host::BrokerLink>(io_, std::move(*library), std::move(setup.options), unused_);
  return link_->prepare();
}

void Child::wait_for_command() {
  stream_.async_wait(Stream::wait_read, [this](const boost::system::error_code& failed) {
    if (failed) return end();
    while (const auto received = commands_.receive(0)) {
      if (received->is_over) return end();
      obey(received->message);
      if (link_ == nullptr || io_.stopped()) return;
    }
    wait_for_command();
  });
}

void Child::obey(const std::string& command) {
  Unpacker from(command);
  switch (from.take<Kind>()) {
    case Kind::start:
      is_started_ = true;
      return link_->start();
    case Kind::relogin: {
      const auto asked = from.take<std::uint64_t>();
      auto settings = take_settings(from);
      for (const plugin_host::AdapterSetting& s : settings)
        if (s.is_secret && !s.is_missing) log::redact(s.text);
      return link_->relogin(std::move(settings), asked);
    }
    case Kind::retry:
      return link_->retry(from.take<std::uint64_t>());
    case Kind::report:
      return report(from.take<std::uint64_t>());
    case Kind::stop:
      return end();
    default:
      return;
  }
}

void Child::report(std::uint64_t number) {
  Packer to;
  to.put(Kind::reported);
  to.put(number);
  put_report(to, is_started_ ? std::optional(link_->report()) : std::nullopt);
  commands_.send(to.bytes());
}

void Child::beat() {
  shared_->beat();
  beat_.expires_after(kBeat);
  beat_.async_wait([this](const boost::system::error_code& failed) {
    if (!failed) beat();
  });
}

void Child::end() {
  if (is_started_) link_->stop();
  io_.stop();
}

// A plugin that does not return must not keep this process when the gateway is gone.
void Child::watch_gateway() {
  std::thread([socket = questions_.descriptor()] {
    name_this_thread("gone");
    MessageSocket::wait_for_end(socket);
    std::this_thread::sleep_for(kEndPatience);
    std::_Exit(1);
  }).detach();
}

}  // namespace

Result<std::shared_ptr<const plugin_host::Library>> load_broker(const std::string& file, const std::string& broker,
                                                                int descriptor) {
  const auto copy = plugin_host::LibraryCopy::adopt(file, descriptor);
  auto loaded = plugin_host::load_copy(*copy);
  if (!loaded) return loaded.error();
  for (auto& library : *loaded)
    if (broker == library->descriptor().broker) return std::move(library);
  return Error{"broker: found no '" + broker + "' in " + file + ", expected it"};
}

void log_for_gateway(log::Level level) {
  log::Options options;
  options.level = level;
  options.format = "json";
  log::configure(options);
  log::start_thread();
}

int run_child(const Descriptors& d, const Complete& complete) {
  name_this_thread("feed");
  const std::vector<int> all{d.commands, d.questions, d.memory, d.adapter_bell, d.routing_bell, d.library};
  const auto settled = Process::settle_in(all);
  Child child{MessageSocket(d.commands), MessageSocket(d.questions)};
  return child.run(d, complete, settled);
}

}  // namespace gw::feed_process
