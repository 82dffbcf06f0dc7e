// SPDX-License-Identifier: MIT
#include "template_watcher.hpp"

namespace template_provider {

namespace {

// After an answer that trying again is not expected to change.
constexpr std::chrono::seconds delay_after_failure{5};

} // namespace

TemplateWatcher::TemplateWatcher(BitcoinNode &node, TemplateWatcherOptions options,
                                 Listener listener, FailureListener failed)
    : node_(node), options_(options), listener_(std::move(listener)), failed_(std::move(failed)) {
    long_poll_thread_ = std::thread([this] { follow_long_poll(); });
    refresh_thread_ = std::thread([this] { refresh(); });
}

TemplateWatcher::~TemplateWatcher() {
    node_.cancel();
    long_poll_thread_.join();
    refresh_thread_.join();
}

template <typename Step> void TemplateWatcher::repeat(Step step) {
    while (!node_.is_cancelled()) {
        try {
            step();
        } catch (const NodeError &error) {
            if (error.kind() == NodeErrorKind::cancelled)
                return;
            if (failed_)
                failed_(error);
            if (!node_.wait(delay_after_failure))
                return;
        }
    }
}

void TemplateWatcher::follow_long_poll() {
    std::string longpollid;
    repeat([&] {
        const std::uint64_t before = tip_changes();
        BlockTemplate answer = node_.until_node_answers([&]() -> BlockTemplate {
            if (longpollid.empty())
                return node_.get_block_template();
            try {
                return node_.wait_for_block_template(longpollid);
            } catch (const NodeError &error) {
                // The node may have restarted: its old ids mean nothing, and the next answer
                // should come at once.
                longpollid.clear();
                // Nothing changed for very long; whether the node is still there shows when it
                // is asked something that it answers at once.
                if (error.kind() == NodeErrorKind::timed_out)
                    return node_.get_block_template();
                throw;
            }
        });
        const std::string next = answer.longpollid;
        const bool unchanged = !next.empty() && next == longpollid;
        longpollid = next;
        consider(std::move(answer), before);
        // Without a long poll the other thread does the work. An answer that brings no new id
        // came too early, and asking again at once would only load the node.
        if (next.empty() || unchanged)
            node_.wait(options_.refresh_interval);
    });
}

void TemplateWatcher::refresh() {
    repeat([&] {
        if (!node_.wait(options_.refresh_interval))
            return;
        // A second request while the long poll waits, never instead of it: Bitcoin Core does not
        // notice that a client gave up a long poll and keeps a thread for it, of which it has few.
        const std::uint64_t before = tip_changes();
        consider(node_.until_node_answers([&] { return node_.get_block_template(); }), before);
    });
}

std::uint64_t TemplateWatcher::tip_changes() const {
    const std::lock_guard<std::mutex> lock(mutex_);
    return tip_changes_;
}

void TemplateWatcher::consider(BlockTemplate candidate, std::uint64_t tip_changes_before) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (node_.is_cancelled())
        return;
    const auto differs = [&] {
        return !current_ || candidate.previous_hash != current_->previous_hash;
    };
    // The tip changed while this answer was under way: it may be the older of the two. Nothing
    // can overtake the answer to a question asked now.
    if (differs() && tip_changes_ != tip_changes_before)
        candidate = node_.get_block_template();

    TemplateChange change = TemplateChange::new_tip;
    if (differs()) {
        ++tip_changes_;
    } else if (candidate.coinbasevalue >= current_->coinbasevalue + options_.fee_threshold &&
               candidate.coinbasevalue != current_->coinbasevalue) {
        change = TemplateChange::higher_fees;
    } else {
        return;
    }
    current_ = std::make_shared<const BlockTemplate>(std::move(candidate));
    listener_(current_, change);
}

} // namespace template_provider
