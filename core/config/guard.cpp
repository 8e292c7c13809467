#include "core/config/guard.hpp"

#include <sstream>

#include <yaml-cpp/eventhandler.h>

namespace gw::config {
namespace {

constexpr int kDeepest = 64;
constexpr int kMaxValues = 100'000;

// Thrown out of the parser: its event interface has no other way to stop it.
struct Refused {
  int line;
  const char* found;
  const char* expected;
};

class GuardHandler : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Refused{mark.line + 1, "a second document (---)", "one"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { value(mark, anchor); }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { refuse_alias(mark); }
  void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string&) override {
    value(mark, anchor);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, anchor);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, anchor);
  }
  void OnMapEnd() override { --depth_; }

 private:
  // Aliases make small files into huge or endless trees, and no key here needs them.
  [[noreturn]] static void refuse_alias(const YAML::Mark& mark) {
    throw Refused{mark.line + 1, "an anchor or alias (& or *)",
                  "the value itself; a text that begins with & or * needs quotes"};
  }

  void value(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != YAML::NullAnchor) refuse_alias(mark);
    if (++values_ > kMaxValues) throw Refused{mark.line + 1, "more than 100000 values", "fewer"};
  }

  void open(const YAML::Mark& mark, YAML::anchor_t anchor) {
    value(mark, anchor);
    if (++depth_ > kDeepest) throw Refused{mark.line + 1, "more than 64 levels of nesting", "fewer"};
  }

  int documents_ = 0;
  int values_ = 0;
  int depth_ = 0;
};

}  // namespace

bool is_safe_to_load(Context& context, std::string_view text) {
  if (text.size() > kLargestFile) {
    context.add(1, context.document, "more than 1MiB", "a file of at most 1MiB");
    return false;
  }
  try {
    std::istringstream in{std::string(text)};
    YAML::Parser parser(in);
    GuardHandler handler;
    while (parser.HandleNextDocument(handler)) {
    }
    return true;
  } catch (const Refused& refused) {
    context.add(refused.line, context.document, refused.found, refused.expected);
    return false;
  }
}

}  // namespace gw::config
