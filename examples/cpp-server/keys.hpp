// SPDX-License-Identifier: MIT
// What the server shows to its clients: its key and a certificate.
#pragma once

#include <string>

#include "sv2.hpp"

namespace mining_server {

struct ServerKeys {
    sv2::secret_key key; // outlives the identity
    sv2::identity identity;
    sv2_public_key authority; // what clients have to be told
};

// The files of sv2-key. Throws std::runtime_error.
ServerKeys read_keys(const std::string &key_path, const std::string &certificate_path);

// For one run, for tests: whoever wants to trust them has to be told the authority each time.
ServerKeys make_throw_away_keys();

} // namespace mining_server
