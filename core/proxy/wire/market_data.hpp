// The market_data frames of dialect `seed`: implements what routing asks of a codec.
#pragma once

#include "core/routing/encoder.hpp"

namespace gw::proxy::wire {

class SeedEncoder final : public routing::Encoder {
 public:
  void prepare(routing::TopicInfo& info) const override;
  void encode(const routing::TopicInfo& info, const routing::TopicUpdate& update, routing::Variant variant,
              routing::FrameBuffer& out) const override;
};

}  // namespace gw::proxy::wire
