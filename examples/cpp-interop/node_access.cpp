// SPDX-License-Identifier: MIT
#include "node_access.hpp"

#include "node_error.hpp"

#include <fstream>

namespace template_provider {

void check_node_access(const NodeAccess &access) {
    const auto refuse = [](const std::string &text) {
        throw NodeError(NodeErrorKind::configuration, text);
    };
    const bool https = access.url.rfind("https://", 0) == 0;
    const bool http = access.url.rfind("http://", 0) == 0;
    if (!http && !https)
        refuse("the node's URL must start with http:// or https://");
    // It would end up in messages.
    if (access.url.find('@') != std::string::npos)
        refuse("the node's URL must not contain user and password");
    if (access.cookie_file.empty() == access.user.empty())
        refuse("the node needs either a user and a password, or a cookie file");
    if (!access.certificate_file.empty() && !https)
        refuse("a certificate for the node makes sense with https:// only");
}

std::string read_first_line(const std::string &path) {
    std::ifstream file(path);
    std::string line;
    if (!file || !std::getline(file, line))
        throw NodeError(NodeErrorKind::configuration, "cannot read " + path);
    while (!line.empty() && (line.back() == '\r' || line.back() == '\n'))
        line.pop_back();
    return line;
}

} // namespace template_provider
