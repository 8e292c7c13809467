#include "core/feed_process/described_library.hpp"

#include <cstring>
#include <filesystem>
#include <utility>

#include "core/feed_process/description.hpp"
#include "core/plugin_host/descriptor_check.hpp"

namespace gw::feed_process {
namespace {

using plugin_host::Library;
using plugin_host::LibraryCopy;

constexpr std::uint64_t kMaxBrokers = 16;  // of one file

struct File {
  std::shared_ptr<LibraryCopy> copy;
  Brokers loaded;  // empty: nobody has needed their functions yet [main or control]
};

class DescribedLibrary final : public Library {
 public:
  DescribedLibrary(std::shared_ptr<File> file, Unpacker& from) : file_(std::move(file)), description_(from) {}

  const std::string& path() const override { return file_->copy->file(); }
  const bgw_plugin_descriptor& descriptor() const override { return description_.descriptor(); }
  int copy() const override { return file_->copy->descriptor(); }
  bool is_loaded() const override { return false; }
  const bgw_instruments* instruments() const override { return description_.instruments(); }
  const bgw_credentials* credentials() const override { return description_.credentials(); }
  const bgw_login* login() const override { return description_.login(); }

  bool is_loaded_here() const { return !file_->loaded.empty(); }
  Result<std::shared_ptr<const Library>> load() const {
    if (file_->loaded.empty()) {
      auto loaded = load_copy(*file_->copy);
      if (!loaded) return loaded.error();
      file_->loaded = std::move(*loaded);
    }
    for (const auto& library : file_->loaded)
      if (std::strcmp(library->descriptor().broker, descriptor().broker) == 0) return library;
    return Error{"broker: found no '" + std::string(descriptor().broker) + "' any more, expected it"};
  }

 private:
  std::shared_ptr<File> file_;  // shared by the brokers of one file
  Description description_;
};

}  // namespace

std::string describe(const Brokers& brokers) {
  Packer to;
  to.put_list(brokers, [&to](const std::shared_ptr<const Library>& broker) {
    put_description(to, {broker->descriptor(), broker->instruments(), broker->credentials(), broker->login()});
  });
  return to.bytes();
}

Result<Brokers> take_brokers(std::shared_ptr<LibraryCopy> copy, std::string_view bytes) {
  Unpacker from(bytes);
  const auto file = std::make_shared<File>(File{std::move(copy), {}});
  const std::string stem = std::filesystem::path(file->copy->file()).stem().string();
  Brokers brokers;
  const auto count = from.take<std::uint64_t>();
  if (count == 0 || count > kMaxBrokers)
    return Error{"description: found " + std::to_string(count) + " brokers, expected 1 to 16"};
  while (brokers.size() < count) {
    auto broker = std::make_shared<DescribedLibrary>(file, from);
    if (!from.is_whole()) return Error{"description: found one that is cut off, expected a whole one"};
    if (const std::string problem = plugin_host::check_descriptor(&broker->descriptor(), brokers.empty() ? stem : "");
        !problem.empty())
      return Error{problem};
    brokers.push_back(std::move(broker));
  }
  if (!from.is_empty()) return Error{"description: found more behind the last broker, expected nothing"};
  return brokers;
}

Result<std::shared_ptr<const Library>> load_here(const std::shared_ptr<const Library>& one) {
  const auto* described = dynamic_cast<const DescribedLibrary*>(one.get());
  return described == nullptr ? one : described->load();
}

bool is_loaded_here(const Library& one) {
  const auto* described = dynamic_cast<const DescribedLibrary*>(&one);
  return described == nullptr || described->is_loaded_here();
}

}  // namespace gw::feed_process
