// SPDX-License-Identifier: MIT
#include "template_source.hpp"

namespace template_provider {

namespace {

// A client may send new constraints as often as it likes.
constexpr std::size_t entries_before_cleaning = 256;

} // namespace

void TemplateSource::update(std::shared_ptr<const BlockTemplate> block_template, TimePoint now) {
    newest_ = std::move(block_template);
    received_ = now;
    built_.clear();
}

std::shared_ptr<const BuiltTemplate>
TemplateSource::built_for(const CoinbaseOutputConstraints &constraints) {
    const Key key{constraints.coinbase_output_max_additional_size,
                  constraints.coinbase_output_max_additional_sigops};
    const auto found = built_.find(key);
    if (found != built_.end()) {
        if (auto built = found->second.lock())
            return built;
    }
    if (built_.size() >= entries_before_cleaning) {
        for (auto entry = built_.begin(); entry != built_.end();)
            entry = entry->second.expired() ? built_.erase(entry) : std::next(entry);
    }
    auto built = std::make_shared<const BuiltTemplate>(build_template(newest_, constraints));
    built_[key] = built;
    return built;
}

std::uint32_t TemplateSource::header_timestamp(TimePoint now) const {
    const auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - received_);
    return newest_->curtime + static_cast<std::uint32_t>(elapsed.count());
}

} // namespace template_provider
