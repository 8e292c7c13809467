// The settings of gateway.yaml that are about clients, grouped by the part that they are for.
#pragma once

#include <cstddef>

#include "core/admission/admission.hpp"
#include "core/requests/options.hpp"
#include "core/session/options.hpp"

namespace gw::proxy {

struct Options {
  session::SessionOptions session;  // `output_total` of all shards together
  requests::RequestOptions requests;
  admission::AdmissionLimits admission;
  std::size_t compression_threshold = 1024;
  bool serves_expired = false;
  bool mixes_brokers = true;
  // These count at the start only.
  std::size_t shards = 1;
  std::size_t resume_memory = 0;
};

}  // namespace gw::proxy
