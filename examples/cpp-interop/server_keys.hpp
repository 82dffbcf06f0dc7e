// SPDX-License-Identifier: MIT
// The files that sv2-key makes for a server: its secret key and its certificate.
#pragma once

#include <stdexcept>
#include <string>

#include "sv2.hpp"

namespace template_provider {

// A file cannot be read, or holds something else. The text is for a person and names the file.
class KeyFileError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

// A line of base58check. A file that other users may open is refused: whoever has read this key
// can be this server to every client until its certificate ends. Throws KeyFileError.
sv2::secret_key read_secret_key(const std::string &path);

// A line of hexadecimal: the certificate with both public keys. Throws KeyFileError.
sv2::full_certificate read_certificate(const std::string &path);

} // namespace template_provider
