// SPDX-License-Identifier: MIT
// Where the node is and how to be let in.
#pragma once

#include <string>

namespace template_provider {

struct NodeAccess {
    std::string url; // http://host:port or https://host:port, without user and password
    // Either these two,
    std::string user;
    std::string password;
    // or Bitcoin Core's cookie file. It is read for every request: the node writes a new one
    // whenever it starts.
    std::string cookie_file;
    // The certificate that signs the node's (btcd writes rpc.cert); empty: the system's.
    std::string certificate_file;
};

// Throws NodeError (configuration) when the fields contradict each other or the URL is not one.
void check_node_access(const NodeAccess &access);

// The first line of a file. Passwords come from files because command lines are public.
// Throws NodeError (configuration).
std::string read_first_line(const std::string &path);

} // namespace template_provider
