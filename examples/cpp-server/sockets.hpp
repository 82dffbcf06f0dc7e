// SPDX-License-Identifier: MIT
// Listening and accepting. No socket blocks.
#pragma once

#include "file_descriptor.hpp"

#include <string>

namespace mining_server {

struct ListeningSocket {
    FileDescriptor socket;
    std::string name; // with the port that the system chose for port 0
};

// address: HOST:PORT, an IPv6 address in brackets. Throws std::runtime_error.
ListeningSocket listen_on(const std::string &address);

enum class Accepted { client, nobody, no_resources };

struct AcceptedSocket {
    Accepted outcome = Accepted::nobody;
    FileDescriptor socket;
    std::string peer;
};

AcceptedSocket accept_from(const ListeningSocket &listening);

} // namespace mining_server
