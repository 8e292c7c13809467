#include "core/login/login_call.hpp"

#include <stdexcept>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "bgw/login.hpp"

namespace gw::login {
namespace {

using testing::HasSubstr;

constexpr const char* kNames[] = {"access_token", nullptr};

class Call : public testing::Test {
 protected:
  Call() {
    login_.size = sizeof login_;
    login_.needs = login_.stores = kNames;
  }
  bgw_login login_{};
  bgw_error error_{};
  LoginOptions options_{"acme", {{"pin", "1234", {}, true}, {"secret", "", {}, true, true}}, {}, {}};
  LoginCall call_{options_, login_};
  const bgw_login_host& host_ = call_.table();
};

TEST_F(Call, WhatThePluginThrowsEndsThere) {
  EXPECT_EQ(call_.run(error_, []() -> bgw_status { throw std::runtime_error("oh"); }), BGW_E_EXCEPTION);
  EXPECT_THAT(error_.message, HasSubstr("an exception left the plugin: oh"));
  EXPECT_EQ(call_.run(error_, []() -> bgw_status { throw 7; }), BGW_E_EXCEPTION);
}

TEST_F(Call, FunctionsWorkInsideItAndOnItsThreadAlone) {
  EXPECT_EQ(host_.store(host_.context, "access_token", "t", &error_), BGW_E_STATE);
  const auto inside = [&]() -> bgw_status {
    bgw_status elsewhere = BGW_OK;
    std::thread([&] { elsewhere = host_.store(host_.context, "access_token", "t", nullptr); }).join();
    EXPECT_EQ(elsewhere, BGW_E_STATE);
    return host_.store(host_.context, "access_token", "t", nullptr);
  };
  EXPECT_EQ(call_.run(error_, inside), BGW_OK);
  EXPECT_EQ(call_.stored().at("access_token"), "t");
}

TEST_F(Call, TakesNeitherNullNorWhatIsNoToken) {
  const auto inside = [&]() -> bgw_status {
    std::size_t length = 0;
    char buffer[4];
    EXPECT_EQ(host_.store(host_.context, nullptr, "t", &error_), BGW_E_INVALID);
    EXPECT_EQ(host_.store(host_.context, "access_token", nullptr, nullptr), BGW_E_INVALID);
    EXPECT_EQ(host_.store(host_.context, "access_token", "a\nb", &error_), BGW_E_INVALID);
    EXPECT_EQ(host_.store(host_.context, "access_token", "", &error_), BGW_E_INVALID);
    EXPECT_EQ(host_.store(host_.context, "pin", "1", &error_), BGW_E_NOT_FOUND);
    EXPECT_EQ(host_.http(host_.context, nullptr, nullptr, &error_), BGW_E_INVALID);
    EXPECT_EQ(host_.setting(host_.context, "pin", buffer, sizeof buffer, &length, &error_), BGW_E_TOO_SMALL);
    EXPECT_EQ(length, 4U);
    EXPECT_EQ(host_.setting(host_.context, "secret", buffer, sizeof buffer, &length, &error_), BGW_E_AUTH);
    EXPECT_EQ(host_.setting(host_.context, "other", buffer, sizeof buffer, &length, &error_), BGW_E_NOT_FOUND);
    EXPECT_THROW(bgw::LoginHost(host_).http({.url = "http://example.com/"}), bgw::Error);  // in clear, to the network
    return BGW_OK;
  };
  EXPECT_EQ(call_.run(error_, inside), BGW_OK);
  EXPECT_TRUE(call_.stored().empty());
}

TEST_F(Call, MakesNoRequestThatNobodyWants) {
  options_.is_wanted = [] { return false; };
  const auto inside = [&]() -> bgw_status {
    const bgw_http_request request{sizeof request, 0, "GET", "http://127.0.0.1:9/", nullptr, nullptr, 0, 0, 0, 0, 0};
    const bgw_http_response* response = nullptr;
    const bgw_status status = host_.http(host_.context, &request, &response, &error_);
    EXPECT_TRUE(status == BGW_E_STATE || status == BGW_E_TRANSIENT) << status;
    EXPECT_EQ(response, nullptr);
    return status;
  };
  EXPECT_NE(call_.run(error_, inside), BGW_OK);
}

}  // namespace
}  // namespace gw::login
