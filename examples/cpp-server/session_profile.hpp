// SPDX-License-Identifier: MIT
// What this server offers and demands: the configuration of all its sessions, checked once.
#pragma once

#include "options.hpp"

#include <string_view>

#include "sv2.hpp"

namespace mining_server {

// speaking: which client is served at the moment, for log lines; the sessions refer to it.
// Throws sv2::exception.
sv2::session_profile make_session_profile(const Options &options, sv2_identity identity,
                                          std::string_view &speaking);

} // namespace mining_server
