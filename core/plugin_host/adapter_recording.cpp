#include "core/plugin_host/adapter_recording.hpp"

#include <exception>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "bgw/testing/recorder.hpp"
#include "core/base/log.hpp"
#include "core/plugin_host/link_context.hpp"
#include "core/recording/recording_file.hpp"

namespace gw::plugin_host {

bgw::testing::Recorder* begin_recording(LinkContext& link) {
  const LinkOptions& options = link.options;
  if (options.record_folder.empty()) return nullptr;
  const auto end = [name = options.name, counts = link.kept_counts](const std::string& why) {
    counts->recordings_ended.fetch_add(1, std::memory_order_relaxed);
    // event: a recording cannot begin or go on, and why; the feed goes on
    log::error("recording", name + ": its recording ends here: " + why + "; the feed goes on without it");
  };
  try {
    auto file = recording::RecordingFile::create(options.record_folder, options.name, options.wall(), end);
    if (!file) return end(file.error().message), nullptr;
    std::vector<bgw::testing::Recorder::Hidden> hidden;
    for (const AdapterSetting& s : options.settings)
      if ((s.is_secret || s.is_reference) && !s.is_missing) hidden.push_back({s.key, s.text});
    log::info("recording", options.name + ": recording to " + (*file)->path());
    auto& recorder =
        bgw::testing::Recorder::make(link.library->descriptor(), options.name, std::move(hidden), std::move(*file));
    link.counts.recordings.fetch_add(1, std::memory_order_relaxed);
    return &recorder;
  } catch (const std::exception& e) {  // no memory, or no thread
    return end(e.what()), nullptr;
  }
}

}  // namespace gw::plugin_host
