// SPDX-License-Identifier: MIT
// What the sessions of all clients have in common: what is served, how it is protected, and the
// limits of a client.
#pragma once

#include "clock.hpp"
#include "link_security.hpp"

namespace template_provider {

struct ConnectionLimits {
    // Of one frame from a client. The largest that it has a reason to send is SubmitSolution.
    std::uint32_t max_payload = 8 + 4 + 4 + 4 + 2 + 65535 + 1024; // and some TLVs
    // Bytes that wait for a client that does not read.
    std::uint32_t max_queued_output = std::uint32_t{32} << 20;
    // For the handshake, then for SetupConnection, and then for CoinbaseOutputConstraints.
    std::chrono::milliseconds setup_timeout{10'000};
    // How long output may wait without a byte of it leaving.
    std::chrono::milliseconds send_timeout{30'000};
    // Without a message from the client; 0: for ever. A client has nothing to say between blocks.
    std::chrono::milliseconds idle_timeout{0};
    // For a client that was refused to read why, and then to close its side.
    std::chrono::milliseconds refusal_patience{2'000};
};

// Without security, links are plain. Throws sv2::exception.
sv2::session_profile make_session_profile(const ConnectionLimits &limits,
                                          const LinkSecurity *security);

// The provider's clock as sessions are told it, and when a session's deadline is by that clock.
sv2_time session_time(TimePoint now);
TimePoint time_of_deadline(std::uint64_t deadline);

} // namespace template_provider
