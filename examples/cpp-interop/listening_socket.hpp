// SPDX-License-Identifier: MIT
// Where clients come in.
#pragma once

#include "file_descriptor.hpp"

#include <string>
#include <vector>

namespace template_provider {

struct ListenAddress {
    std::string host;
    std::string port;
};

// "127.0.0.1:8442", "[::1]:8442", "localhost:8442". False when it is none of these.
bool parse_listen_address(const std::string &text, ListenAddress &address);

struct ListeningSocket {
    FileDescriptor socket; // does not block
    std::string name;      // with the port that the system chose for port 0
};

// A host name can stand for several addresses. Throws std::runtime_error when none of them works.
std::vector<ListeningSocket> listen_on(const ListenAddress &address);

struct AcceptedSocket {
    FileDescriptor socket; // does not block; not open when nobody waits
    std::string peer;
    bool out_of_resources = false; // somebody waits, but the system has no descriptor left
};

AcceptedSocket accept_from(const ListeningSocket &listening);

} // namespace template_provider
