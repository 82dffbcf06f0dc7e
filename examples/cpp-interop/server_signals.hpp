// SPDX-License-Identifier: MIT
// SIGINT, SIGTERM and SIGHUP as something that poll() can wait for.
#pragma once

namespace template_provider {

// One object at a time, made before other threads are: it belongs to the whole process.
class ServerSignals {
  public:
    ServerSignals();
    ~ServerSignals();
    ServerSignals(const ServerSignals &) = delete;
    ServerSignals &operator=(const ServerSignals &) = delete;

    // SIGHUP ends the process, as it does by default, until this is called.
    void catch_reload();

    // Readable once SIGINT or SIGTERM has arrived.
    int stop_descriptor() const;
    // Readable from SIGHUP until clear_reload.
    int reload_descriptor() const;
    void clear_reload();
    // A second signal ends the process at once, in case the orderly end hangs.
    void allow_default_again();
};

} // namespace template_provider
