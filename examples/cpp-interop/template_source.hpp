// SPDX-License-Identifier: MIT
// The node's newest block template, and what is built from it for each set of constraints.
#pragma once

#include "clock.hpp"
#include "template_builder.hpp"

#include <map>

namespace template_provider {

class TemplateSource {
  public:
    void update(std::shared_ptr<const BlockTemplate> block_template, TimePoint now);
    bool has_template() const { return newest_ != nullptr; }

    // Only with has_template(). Clients with the same constraints share the result, so that a new
    // tip does not cost a build per client. Throws TemplateBuildError.
    std::shared_ptr<const BuiltTemplate> built_for(const CoinbaseOutputConstraints &constraints);

    // The node's time of the template, moved on to now: a client that comes late would otherwise
    // be bound to an old time, as it may advance it by elapsed seconds only (section 7.7).
    std::uint32_t header_timestamp(TimePoint now) const;

  private:
    using Key = std::pair<std::uint32_t, std::uint16_t>;

    std::shared_ptr<const BlockTemplate> newest_;
    TimePoint received_{};
    // Weak: the TemplateStore decides how long a template is kept.
    std::map<Key, std::weak_ptr<const BuiltTemplate>> built_;
};

} // namespace template_provider
