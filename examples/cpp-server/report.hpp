// SPDX-License-Identifier: MIT
// How many sessions there are, and what they cost.
#pragma once

#include "channels.hpp"

#include <cstddef>

namespace mining_server {

class Report {
  public:
    // Remembers what the process has before its first client. session_memory_max: what a session
    // takes at most; 0: memory is not told.
    explicit Report(std::size_t session_memory_max);

    // Into the log.
    void tell(std::size_t sessions, std::size_t established, const Counts &counts);

  private:
    const std::size_t session_memory_max_, resident_before_;
    std::size_t peak_ = 0, peak_resident_ = 0;
};

} // namespace mining_server
