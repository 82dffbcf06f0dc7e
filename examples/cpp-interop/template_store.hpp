// SPDX-License-Identifier: MIT
// The templates that clients were given, by template_id.
#pragma once

#include "clock.hpp"
#include "template_builder.hpp"

#include <map>
#include <optional>

namespace template_provider {

// An id belongs to the provider, not to the connection it was sent on: a client that lost its
// connection can submit its block on the next one.
class TemplateStore {
  public:
    // How long a template is kept after the tip has moved: its block may still win the race.
    static constexpr std::chrono::seconds stale_grace{10};
    // When there are more, the oldest goes.
    static constexpr std::size_t max_templates = 4096;

    // Returns the id, which is larger than every id before.
    std::uint64_t add(std::shared_ptr<const BuiltTemplate> built);
    void remove(std::uint64_t template_id) { issued_.erase(template_id); }

    // Starts the grace of all templates with another previous hash, if this is a new one.
    void set_tip(const Hash256 &previous_hash, TimePoint now);
    void remove_stale(TimePoint now);
    // When remove_stale has something to do; TimePoint::max() if never.
    TimePoint next_removal() const;

    // nullptr when it is not kept, or never was.
    std::shared_ptr<const BuiltTemplate> find(std::uint64_t template_id) const;
    // For an id that was not found: whether it belonged to an earlier tip.
    bool was_of_earlier_tip(std::uint64_t template_id) const;
    std::size_t size() const { return issued_.size(); }

  private:
    struct Issued {
        std::shared_ptr<const BuiltTemplate> built;
        std::optional<TimePoint> stale_since;
    };

    std::map<std::uint64_t, Issued> issued_;
    std::uint64_t next_id_ = 1;
    std::uint64_t first_id_of_tip_ = 1;
    std::optional<Hash256> tip_;
};

} // namespace template_provider
