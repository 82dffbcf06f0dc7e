// SPDX-License-Identifier: MIT
// The clock of all deadlines: it never jumps.
#pragma once

#include <chrono>

namespace template_provider {

using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;

} // namespace template_provider
