// SPDX-License-Identifier: MIT
// Brings blocks to the node, on a thread of its own: the node may take long, or be away.
#pragma once

#include "bitcoin_node.hpp"
#include "block_assembly.hpp"
#include "log.hpp"

#include <deque>

namespace template_provider {

class SolutionSubmitter {
  public:
    SolutionSubmitter(BitcoinNode &node, Log &log);
    // BitcoinNode::cancel must have been called, or this waits for the node. Blocks that the node
    // has not got are logged in full.
    ~SolutionSubmitter();
    SolutionSubmitter(const SolutionSubmitter &) = delete;
    SolutionSubmitter &operator=(const SolutionSubmitter &) = delete;

    // Returns at once. The result is logged.
    void submit(AssembledBlock block);
    // Whether the node has answered for every block.
    bool is_idle() const;

  private:
    void run();
    void submit_now(const AssembledBlock &block);
    void report_unsubmitted(const AssembledBlock &block, const std::string &reason);

    BitcoinNode &node_;
    Log &log_;

    mutable std::mutex mutex_; // guards what follows
    std::condition_variable wake_;
    std::deque<AssembledBlock> waiting_;
    std::deque<Hash256> seen_; // the last blocks, to notice one that comes twice
    bool busy_ = false;
    bool stopped_ = false;

    std::thread thread_;
};

} // namespace template_provider
