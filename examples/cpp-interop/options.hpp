// SPDX-License-Identifier: MIT
// The command line.
#pragma once

#include "log.hpp"
#include "template_server.hpp"
#include "template_watcher.hpp"

#include <optional>

namespace template_provider {

// The text is for the person who typed the command.
class OptionsError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Options {
    ServerOptions server;
    NodeAccess node;
    TemplateWatcherOptions watcher;
    LogFormat log_format = LogFormat::text;
    std::optional<LinkSecurityOptions> security; // none: --insecure, links are plain
    bool help = false;                           // nothing else was checked then
};

extern const char *const help_text;

// Throws OptionsError and NodeError (configuration).
Options parse_options(int argument_count, const char *const *arguments);

} // namespace template_provider
