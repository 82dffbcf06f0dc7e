// SPDX-License-Identifier: MIT
// What the encrypted links of all clients have in common: who this server is, and how many
// handshakes it begins.
#pragma once

#include "clock.hpp"
#include "log.hpp"
#include "server_keys.hpp"

namespace template_provider {

struct LinkSecurityOptions {
    std::string key_file;
    std::string certificate_file;
    // A handshake costs about 0.15 ms of a core, whoever asks for it. This is one bucket for all
    // clients, so that one of them can leave nothing for the others; a public server wants one per
    // source address too.
    std::uint32_t handshakes_per_second = 100;
    std::uint32_t handshake_burst = 100;
};

class LinkSecurity {
  public:
    // Reads both files and says what clients will see. Throws KeyFileError, also when no client
    // could accept the certificate at any time; one that is only out of date is reported.
    LinkSecurity(LinkSecurityOptions options, Log &log);

    // Reads the certificate again. One that no client could accept is reported and not taken.
    void reload();

    // What sessions show to clients, for as long as this lives.
    sv2_identity identity() const { return identity_.get(); }
    // To be asked before a client's first byte is looked at. SV2_ERR_HANDSHAKE_RATE when there
    // were too many handshakes.
    sv2::result<sv2::nothing> admit(TimePoint now);

  private:
    sv2::full_certificate read_checked_certificate() const;
    void report(const char *event, const char *what);
    void warn_of_times();

    const LinkSecurityOptions options_;
    Log &log_;
    sv2::secret_key key_;
    sv2_public_key public_key_;
    sv2::full_certificate shown_;
    sv2::identity identity_; // behind key_, which must outlive it
    sv2::admission admission_;
};

} // namespace template_provider
