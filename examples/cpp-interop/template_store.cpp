// SPDX-License-Identifier: MIT
#include "template_store.hpp"

#include <algorithm>

namespace template_provider {

std::uint64_t TemplateStore::add(std::shared_ptr<const BuiltTemplate> built) {
    if (issued_.size() >= max_templates)
        issued_.erase(issued_.begin());
    const std::uint64_t id = next_id_++;
    issued_.emplace(id, Issued{std::move(built), std::nullopt});
    return id;
}

void TemplateStore::set_tip(const Hash256 &previous_hash, TimePoint now) {
    if (tip_ == previous_hash)
        return;
    tip_ = previous_hash;
    for (auto &[id, issued] : issued_) {
        if (issued.built->block_template->previous_hash == previous_hash)
            issued.stale_since.reset(); // the chain went back to this tip
        else if (!issued.stale_since)
            issued.stale_since = now;
    }
    first_id_of_tip_ = next_id_;
}

void TemplateStore::remove_stale(TimePoint now) {
    for (auto entry = issued_.begin(); entry != issued_.end();) {
        const auto &since = entry->second.stale_since;
        entry = since && now >= *since + stale_grace ? issued_.erase(entry) : std::next(entry);
    }
}

TimePoint TemplateStore::next_removal() const {
    TimePoint next = TimePoint::max();
    for (const auto &[id, issued] : issued_) {
        if (issued.stale_since)
            next = std::min(next, *issued.stale_since + stale_grace);
    }
    return next;
}

std::shared_ptr<const BuiltTemplate> TemplateStore::find(std::uint64_t template_id) const {
    const auto found = issued_.find(template_id);
    return found == issued_.end() ? nullptr : found->second.built;
}

bool TemplateStore::was_of_earlier_tip(std::uint64_t template_id) const {
    // Ids are given out one after the other, so that nothing has to be remembered for this.
    return template_id != 0 && template_id < first_id_of_tip_;
}

} // namespace template_provider
