// SPDX-License-Identifier: MIT
#include "node_inbox.hpp"

namespace template_provider {

void NodeInbox::put_template(std::shared_ptr<const BlockTemplate> block_template) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        had_template_ = true;
        news_.block_template = std::move(block_template);
    }
    wake_.wake();
}

void NodeInbox::put_fatal_at_start(const std::string &reason) {
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (had_template_)
            return;
        news_.fatal = reason;
    }
    wake_.wake();
}

NodeNews NodeInbox::take() {
    wake_.clear(); // first: what is put from now on wakes again
    const std::lock_guard<std::mutex> lock(mutex_);
    return std::exchange(news_, NodeNews{});
}

} // namespace template_provider
