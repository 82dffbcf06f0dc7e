// SPDX-License-Identifier: MIT
// Lines on standard output.
#pragma once

#include <string_view>

namespace mining_server {

// Time of day, who, what. The texts have no line breaks: the library quotes what peers have sent.
void log(std::string_view who, std::string_view what);

} // namespace mining_server
