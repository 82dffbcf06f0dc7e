// SPDX-License-Identifier: MIT
// What the threads that talk to the node leave for the thread that serves the clients.
#pragma once

#include "block_template.hpp"
#include "wake_pipe.hpp"

#include <memory>
#include <mutex>

namespace template_provider {

struct NodeNews {
    // The newest one: those that it replaced before they were seen are of no use to anybody.
    std::shared_ptr<const BlockTemplate> block_template;
    // Why the provider cannot go on; empty while it can.
    std::string fatal;
};

// May be used from any thread. Never blocks for long.
class NodeInbox {
  public:
    void put_template(std::shared_ptr<const BlockTemplate> block_template);
    // Ends the provider if it has not had a template yet: then the options are to blame. Later
    // the same failure may pass, and clients have templates to work on.
    void put_fatal_at_start(const std::string &reason);

    // Readable when take() has something to give.
    int descriptor() const { return wake_.descriptor(); }
    NodeNews take();

  private:
    WakePipe wake_;
    std::mutex mutex_; // guards what follows
    NodeNews news_;
    bool had_template_ = false;
};

} // namespace template_provider
