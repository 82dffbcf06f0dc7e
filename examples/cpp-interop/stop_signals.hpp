// SPDX-License-Identifier: MIT
// SIGINT and SIGTERM as something that poll() can wait for.
#pragma once

namespace template_provider {

// One object at a time, made before other threads are: it belongs to the whole process.
class StopSignals {
  public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals &) = delete;
    StopSignals &operator=(const StopSignals &) = delete;

    // Readable once either signal has arrived.
    int descriptor() const;
    // A second signal ends the process at once, in case the orderly end hangs.
    void allow_default_again();
};

} // namespace template_provider
