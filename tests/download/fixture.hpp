// What every test of download/ begins with: a folder for the file, and how to read it.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/download/download.hpp"
#include "tests/download/scripted_server.hpp"
#include "tests/support/temporary_folder.hpp"

namespace gw::download {

class DownloadTest : public testing::Test {
 protected:
  Request request(const std::string& url) const {
    Request r;
    r.url = url;
    r.file = file_;
    return r;
  }
  std::string contents() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  bool nothing_was_left() const { return std::filesystem::is_empty(folder_.path()); }

  const support::TemporaryFolder folder_;
  const std::string file_ = folder_ / "list.csv";
};

}  // namespace gw::download
