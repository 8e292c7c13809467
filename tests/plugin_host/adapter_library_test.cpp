// Adapters out of real libraries: what is thrown there is of a type that only the library knows.
#include <cstdlib>

#include "adapter_fixture.hpp"
#include "plugin_folder.hpp"

namespace gw::plugin_host {
namespace {

class AdapterOfLibrary : public AdapterTest {
 protected:
  std::string prepare(const std::string& plugin) {
    folder_.add(plugin);
    auto library = load_library((folder_.path() / (plugin + ".so")).string());
    if (!library) return library.error().message;
    const auto prepared = make(library->front()).prepare();
    link_.reset();
    return prepared ? "" : prepared.error().message;
  }
  PluginFolder folder_;
};

TEST_F(AdapterOfLibrary, AGoodOneIsPrepared) {
  EXPECT_EQ(prepare("good"), "");
  EXPECT_NE(std::getenv("CREATED_good"), nullptr);
}

TEST_F(AdapterOfLibrary, AConstructorThatThrowsIsReported) {
  EXPECT_EQ(prepare("create_throws"), "acme: the plugin could not create an adapter: create: thrown by create_throws");
}

TEST_F(AdapterOfLibrary, ACreateThatFailsSaysWhy) {
  EXPECT_EQ(prepare("create_fails"), "acme: the plugin could not create an adapter: no room for create_fails");
}

TEST_F(AdapterOfLibrary, AnExceptionInInitializeIsReported) {
  EXPECT_EQ(prepare("initialize_throws"), "acme: initialize: thrown by initialize_throws");
}

TEST_F(AdapterOfLibrary, AnExceptionOutOfACFunctionIsReported) {
  EXPECT_EQ(prepare("initialize_throws_raw"), "acme: an exception left the plugin: thrown by initialize_throws_raw");
}

TEST_F(AdapterOfLibrary, TheLibraryStaysWhileTheInstanceLives) {
  folder_.add("good");
  {
    auto library = load_library((folder_.path() / "good.so").string());
    ASSERT_TRUE(library);
    make(library->front());
  }
  ASSERT_TRUE(link_->prepare());
  link_->start();
  settle();
  link_->stop();
  link_.reset();
}

// A library whose plugin offers what `extension` points to, under every name.
class OfferingLibrary final : public Library {
 public:
  explicit OfferingLibrary(const void* offered) {
    extension = offered;
    descriptor_.get_extension = [](const char*) { return extension; };
  }
  const std::string& path() const override { return path_; }
  const bgw_plugin_descriptor& descriptor() const override { return descriptor_; }

 private:
  inline static const void* extension = nullptr;
  std::string path_;
  bgw_plugin_descriptor descriptor_{};
};

TEST(LibraryExtension, ARequestForCredentialsIsUsedOnlyWhenItIsWhole) {
  bgw_credentials whole{sizeof(bgw_credentials), 0, "https://x/", nullptr,
                        [](int32_t, const char*, size_t, bgw_error*) -> bgw_status { return BGW_OK; }};
  EXPECT_EQ(OfferingLibrary(&whole).credentials(), &whole);
  EXPECT_EQ(OfferingLibrary(nullptr).credentials(), nullptr);
  bgw_credentials older = whole;
  older.size = offsetof(bgw_credentials, judge);
  EXPECT_EQ(OfferingLibrary(&older).credentials(), nullptr);
  bgw_credentials nowhere = whole;
  nowhere.url = nullptr;
  EXPECT_EQ(OfferingLibrary(&nowhere).credentials(), nullptr);
  bgw_credentials unjudged = whole;
  unjudged.judge = nullptr;
  EXPECT_EQ(OfferingLibrary(&unjudged).credentials(), nullptr);
}

}  // namespace
}  // namespace gw::plugin_host
