#include "core/login/login.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "core/base/log.hpp"
#include "core/base/url.hpp"

namespace gw::login {
namespace {

std::string text_of(const bgw_error& error) {
  const std::string text(error.message, strnlen(error.message, sizeof error.message));
  return text.empty() ? "the plugin gave no reason" : log::redacted(text);
}

}  // namespace

std::vector<std::string> names_in(const char* const* list) {
  std::vector<std::string> names;
  for (; *list != nullptr; ++list) names.emplace_back(*list);
  return names;
}

Login::Login(std::shared_ptr<const plugin_host::Library> library, LoginOptions options, TokenFiles files)
    : library_(std::move(library)),
      extension_(*library_->login()),
      options_(std::move(options)),
      files_(std::move(files)) {}

Result<std::string> Login::page() {
  constexpr std::size_t kLongestAddress = 4096;
  std::array<char, kLongestAddress + 1> url{};
  bgw_error error{};
  LoginCall call(options_, extension_);
  const bgw_status status =
      call.run(error, [&] { return extension_.page(&call.table(), url.data(), url.size(), &error); });
  if (status != BGW_OK) return Error{text_of(error)};
  std::string address(url.data(), strnlen(url.data(), url.size()));
  if (const auto allowed = check_url(address, "http"); !allowed)
    return with_context("the plugin's page", allowed.error());
  return address;
}

Outcome Login::run(const std::string& answer) {
  bgw_error error{};
  LoginCall call(options_, extension_);
  const bgw_status status = call.run(error, [&] { return extension_.run(&call.table(), answer.c_str(), &error); });
  if (status != BGW_OK) return {status, text_of(error), error.retry_after_ns};
  for (const auto& [key, file] : files_)
    if (!call.stored().contains(key)) return {BGW_E_FATAL, "the plugin stored no " + key};
  if (const auto written = write_tokens(files_, call.stored()); !written) return {BGW_E_FATAL, written.error().message};
  return {};
}

}  // namespace gw::login
