// SPDX-License-Identifier: MIT
// The command line.
#pragma once

#include <cstdint>
#include <string>

namespace mining_server {

struct Options {
    std::string listen = "127.0.0.1:34255";
    std::string key, certificate;           // files of sv2-key; both or none
    bool require_worker_identity = false;   // extension 0x0002
    std::uint32_t job_interval = 30000;     // milliseconds; every fourth job is of a new tip
    std::uint32_t clients_max = 10000;      // more are closed at once, so that they go elsewhere
    std::uint32_t unestablished_max = 2000; // more have to wait until they are accepted
    std::uint32_t handshakes = 1000;        // a second
    std::uint32_t output_max = 64 * 1024;   // bytes that may wait for one client
    std::uint32_t inactivity = 600000;      // milliseconds
    std::uint32_t log_level = 0;
    std::uint32_t move_to = 0; // port to which clients are sent when the server stops; 0: nowhere
    std::uint32_t sessions_report = 0; // milliseconds; 0: none
};

// Returns: false after saying what is wrong.
bool parse_options(int argc, char **argv, Options &options);

} // namespace mining_server
