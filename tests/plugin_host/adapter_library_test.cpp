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
    const auto prepared = make(*library).prepare();
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
  EXPECT_EQ(prepare("initialize_throws_raw"),
            "acme: exception across the plugin border: thrown by initialize_throws_raw");
}

TEST_F(AdapterOfLibrary, TheLibraryStaysWhileTheInstanceLives) {
  folder_.add("good");
  {
    auto library = load_library((folder_.path() / "good.so").string());
    ASSERT_TRUE(library);
    make(std::move(*library));
  }
  ASSERT_TRUE(link_->prepare());
  link_->start();
  settle();
  link_->stop();
  link_.reset();
}

}  // namespace
}  // namespace gw::plugin_host
