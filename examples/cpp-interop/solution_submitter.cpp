// SPDX-License-Identifier: MIT
#include "solution_submitter.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

// Blocks are rare, except on test networks while the node is away.
constexpr std::size_t max_waiting = 64;
constexpr std::size_t max_seen = 256;

} // namespace

SolutionSubmitter::SolutionSubmitter(BitcoinNode &node, Log &log) : node_(node), log_(log) {
    thread_ = std::thread([this] { run(); });
}

SolutionSubmitter::~SolutionSubmitter() {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        stopped_ = true;
    }
    wake_.notify_all();
    thread_.join();
}

void SolutionSubmitter::submit(AssembledBlock block) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (std::find(seen_.begin(), seen_.end(), block.hash) != seen_.end()) {
            log_.event("block_duplicate",
                       "block " + to_reversed_hex(block.hash) + " was submitted before",
                       {{"hash", to_reversed_hex(block.hash)}});
            return;
        }
        if (waiting_.size() < max_waiting) {
            seen_.push_back(block.hash);
            if (seen_.size() > max_seen)
                seen_.pop_front();
            waiting_.push_back(std::move(block));
            wake_.notify_all();
            return;
        }
    }
    report_unsubmitted(block, "too many blocks wait for the node");
}

bool SolutionSubmitter::is_idle() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return waiting_.empty() && !busy_;
}

void SolutionSubmitter::run() {
    std::unique_lock<std::mutex> lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopped_ || !waiting_.empty(); });
        if (waiting_.empty())
            return;
        const AssembledBlock block = std::move(waiting_.front());
        waiting_.pop_front();
        busy_ = true;
        lock.unlock();
        submit_now(block);
        lock.lock();
        busy_ = false;
    }
}

void SolutionSubmitter::submit_now(const AssembledBlock &block) {
    const std::string hash = to_reversed_hex(block.hash);
    try {
        const SubmitBlockResult result = node_.submit_block(block.bytes);
        if (!result.accepted) {
            log_.event("block_refused", "the node refused block " + hash + ": " + result.reason,
                       {{"hash", hash}, {"reason", result.reason}});
            report_unsubmitted(block, "refused");
            return;
        }
        const std::string remark = result.reason.empty() ? "" : " (" + result.reason + ")";
        log_.event("block_accepted", "the node accepted block " + hash + remark,
                   {{"hash", hash}, {"remark", result.reason}});
    } catch (const std::exception &error) {
        report_unsubmitted(block, error.what());
    }
}

void SolutionSubmitter::report_unsubmitted(const AssembledBlock &block, const std::string &reason) {
    const std::string hash = to_reversed_hex(block.hash);
    const std::string bytes = to_hex(block.bytes);
    log_.event("block_not_submitted", "block " + hash + " is not in the node's chain: " + reason,
               {{"hash", hash}, {"reason", reason}});
    // `bitcoin-cli submitblock` takes it from here.
    log_.event("unsubmitted_block", "unsubmitted block " + hash + ": " + bytes,
               {{"hash", hash}, {"block", bytes}, {"reason", reason}});
}

} // namespace template_provider
