// SPDX-License-Identifier: MIT
#include "session_profile.hpp"

namespace template_provider {

namespace {

std::uint32_t timeout_of(std::chrono::milliseconds duration) {
    return static_cast<std::uint32_t>(duration.count()); // a day at most
}

} // namespace

sv2::session_profile make_session_profile(const ConnectionLimits &limits,
                                          const LinkSecurity *security) {
    // Template Distribution defines no flags, so every bit that a client sets is refused.
    sv2_service service{};
    service.protocol = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION;

    sv2_server_config config = SV2_SERVER_CONFIG_INIT;
    config.security = security == nullptr ? SV2_SECURITY_PLAIN : SV2_SECURITY_NOISE;
    if (security != nullptr)
        config.identity = security->identity();
    config.services = &service;
    config.service_count = 1;
    config.hold_setup = 1;        // to see who it is; nobody is refused by name
    config.ignore_extensions = 1; // none is supported, not even their negotiation
    config.timeouts.handshake = timeout_of(limits.setup_timeout);
    config.timeouts.setup = timeout_of(limits.setup_timeout);
    config.timeouts.inactivity = timeout_of(limits.idle_timeout); // 0 is for ever here too
    config.timeouts.drain = timeout_of(limits.refusal_patience);
    config.limits.payload = limits.max_payload;
    config.limits.output = limits.max_queued_output;
    return sv2::session_profile::server(config).value();
}

sv2_time session_time(TimePoint now) {
    using std::chrono::duration_cast;
    using std::chrono::milliseconds;
    sv2_time time{}; // a server checks no certificate, which is all that unix_time is for
    time.monotonic =
        static_cast<std::uint64_t>(duration_cast<milliseconds>(now.time_since_epoch()).count());
    return time;
}

TimePoint time_of_deadline(std::uint64_t deadline) {
    if (deadline == UINT64_MAX)
        return TimePoint::max(); // there is none
    return TimePoint(std::chrono::milliseconds(deadline));
}

} // namespace template_provider
