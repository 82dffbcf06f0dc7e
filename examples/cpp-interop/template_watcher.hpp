// SPDX-License-Identifier: MIT
// Follows the node and tells when there is a better block template.
#pragma once

#include "bitcoin_node.hpp"

#include <memory>
#include <thread>

namespace template_provider {

enum class TemplateChange {
    new_tip,     // the first template, or another previous hash
    higher_fees, // the same previous hash
};

struct TemplateWatcherOptions {
    // How much more the same block must be worth, in satoshi.
    std::uint64_t fee_threshold = 1000;
    // How often the node is asked besides the long poll: nodes answer a long poll for a change of
    // the memory pool only after a minute or more, but build a new template sooner when asked.
    std::chrono::milliseconds refresh_interval{5000};
};

class TemplateWatcher {
  public:
    using Listener = std::function<void(std::shared_ptr<const BlockTemplate>, TemplateChange)>;
    // The node answered with something that trying again does not change.
    using FailureListener = std::function<void(const NodeError &)>;

    // Starts two threads. The listener is called from either, one call at a time, and never with
    // an older tip after a newer one. Neither function may throw.
    TemplateWatcher(BitcoinNode &node, TemplateWatcherOptions options, Listener listener,
                    FailureListener failed);
    // Cancels the node's calls and joins the threads.
    ~TemplateWatcher();
    TemplateWatcher(const TemplateWatcher &) = delete;
    TemplateWatcher &operator=(const TemplateWatcher &) = delete;

  private:
    void follow_long_poll();
    void refresh();
    // How often the tip has changed so far. A request is stamped with it when it starts.
    std::uint64_t tip_changes() const;
    void consider(BlockTemplate candidate, std::uint64_t tip_changes_before);
    // Calls a step again and again until the node is cancelled.
    template <typename Step> void repeat(Step step);

    BitcoinNode &node_;
    const TemplateWatcherOptions options_;
    const Listener listener_;
    const FailureListener failed_;

    mutable std::mutex mutex_; // guards what follows, and serialises the listener
    std::shared_ptr<const BlockTemplate> current_;
    std::uint64_t tip_changes_ = 0;

    std::thread long_poll_thread_;
    std::thread refresh_thread_;
};

} // namespace template_provider
