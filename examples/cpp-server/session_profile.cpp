// SPDX-License-Identifier: MIT
#include "session_profile.hpp"

#include "log.hpp"

#include <cstdint>
#include <vector>

namespace mining_server {

namespace {

// The hook belongs to the profile of all sessions, so context tells which client is being served.
void log_hook(void *context, std::uint32_t, const char *text, std::size_t text_len) {
    log(*static_cast<const std::string_view *>(context), std::string_view(text, text_len));
}

} // namespace

sv2::session_profile make_session_profile(const Options &options, sv2_identity identity,
                                          std::string_view &speaking) {
    static const std::vector<std::uint16_t> worker_identity{
        SV2_EXTENSION_WORKER_SPECIFIC_HASHRATE_TRACKING};
    sv2_service mining{};
    mining.protocol = SV2_PROTOCOL_MINING;
    // Standard jobs and work selection are not served: such clients get SetupConnection.Error with
    // these flags. Version rolling is always allowed.
    mining.flags = SV2_SETUP_REQUIRES_VERSION_ROLLING;
    mining.success_flags = SV2_SETUP_SUCCESS_REQUIRES_EXTENDED_CHANNELS;

    sv2_server_config config = SV2_SERVER_CONFIG_INIT;
    config.security = SV2_SECURITY_NOISE;
    config.identity = identity;
    config.services = &mining;
    config.service_count = 1;
    config.supported = sv2::extensions(worker_identity);
    if (options.require_worker_identity)
        config.required = sv2::extensions(worker_identity);
    config.timeouts.inactivity = options.inactivity;
    config.limits.payload = 4096; // the largest message of a mining client has 300 bytes
    config.limits.output = options.output_max;

    sv2_hooks hooks = SV2_HOOKS_INIT;
    hooks.log_level = options.log_level;
    hooks.context = &speaking;
    hooks.log = log_hook;
    return sv2::session_profile::server(config, &hooks).value();
}

} // namespace mining_server
