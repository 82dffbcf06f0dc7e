// SPDX-License-Identifier: MIT
// A Stratum V2 template provider on top of libsv2: see README.md.
#include "options.hpp"

#include <cstdio>
#include <optional>

#include <nlohmann/json.hpp>

using namespace template_provider;

namespace {

// The lines about the node, from the threads that talk to it.
NodeWatch watch_of(NodeInbox &inbox, Log &log) {
    NodeWatch watch;
    watch.away = [&](const NodeError &error, std::chrono::seconds retry_in) {
        log.event("node_away",
                  std::string("the node is away: ") + error.what() + "; trying again in " +
                      std::to_string(retry_in.count()) + " s",
                  {{"reason", error.what()}, {"retry_in", retry_in.count()}});
        if (error.kind() == NodeErrorKind::unauthorized)
            inbox.put_fatal_at_start("the node does not accept the user and password");
    };
    watch.back = [&] { log.event("node_back", "the node answers again"); };
    return watch;
}

int serve(const Options &options, ServerSignals &signals) {
    Log log(options.log_format);
    std::optional<LinkSecurity> security;
    if (options.security) {
        security.emplace(*options.security, log);
        signals.catch_reload();
    } else {
        log.event("warning", "--insecure: links are plain TCP; anyone on the way can read and "
                             "change templates and solutions");
    }
    // Each may use those above it, and goes before them: the watcher first, which cancels the
    // node, so that the submitter does not wait for it but reports the blocks it still has.
    NodeInbox inbox;
    BitcoinNode node(options.node, watch_of(inbox, log));
    SolutionSubmitter submitter(node, log);
    TemplateServer server(options.server, security ? &*security : nullptr, inbox, signals,
                          submitter, log);
    TemplateWatcher watcher(
        node, options.watcher,
        [&](std::shared_ptr<const BlockTemplate> block_template, TemplateChange) {
            inbox.put_template(std::move(block_template));
        },
        [&](const NodeError &error) {
            log.event("node_failed", std::string("the node: ") + error.what(),
                      {{"reason", error.what()}});
            if (error.kind() == NodeErrorKind::configuration)
                inbox.put_fatal_at_start(error.what());
        });
    return server.run() ? 0 : 1;
}

// Nothing of the library may be left when everything has been given back.
bool all_handles_are_freed() {
    std::size_t count = 0;
    const sv2_status status = sv2_live_handles(0, &count);
    if (status == SV2_OK && count == 0)
        return true;
    std::fprintf(stderr, "template_provider: %zu handles of libsv2 were not freed\n", count);
    return false;
}

} // namespace

int main(int argc, char **argv) {
    try {
        const Options options = parse_options(argc, argv);
        if (options.help) {
            std::fputs(help_text, stdout);
            return 0;
        }
        if (sv2_version() >> 8 != SV2_VERSION_NUM >> 8) {
            std::fputs("template_provider: sv2.h and libsv2 do not belong together\n", stderr);
            return 1;
        }
        ServerSignals signals;
        const int status = serve(options, signals);
        return all_handles_are_freed() ? status : 1;
    } catch (const OptionsError &error) {
        std::fprintf(stderr, "template_provider: %s (--help lists the options)\n", error.what());
        return 2;
    } catch (const std::exception &error) {
        std::fprintf(stderr, "template_provider: %s\n", error.what());
        return 1;
    }
}
