// SPDX-License-Identifier: MIT
// Jobs for all channels of the server. They are pretended: a pool would make them of the templates
// of a template provider.
#pragma once

#include <cstdint>
#include <vector>

#include "sv2.hpp"

namespace mining_server {

// Extranonce of every channel: the prefix is the server's, the rest is the client's to roll. All
// channels of a group have the same sizes (5.1.2.1).
constexpr std::uint16_t extranonce_prefix_size = 4, extranonce_size = 8;

class JobSource {
  public:
    explicit JobSource(std::uint32_t now) { new_tip(now); }

    // A new block was found somewhere: a job for it, and all before it become invalid.
    void new_tip(std::uint32_t now);
    // Other transactions on the same block.
    void new_job(std::uint32_t now);

    // Views, until the next job is made. As a job for the future: min_ntime is absent.
    sv2_new_extended_mining_job job(std::uint32_t channel_id, bool future) const;
    sv2_mining_set_new_prev_hash prev_hash(std::uint32_t channel_id) const;

    bool is_valid(std::uint32_t job_id) const {
        return job_id >= first_of_tip_ && job_id <= job_id_;
    }
    bool is_stale(std::uint32_t job_id) const { return job_id > 0 && job_id < first_of_tip_; }

  private:
    std::uint32_t height_ = 900000;
    std::uint32_t job_id_ = 0;
    std::uint32_t first_of_tip_ = 1;
    std::uint32_t min_ntime_ = 0;
    std::uint32_t tip_ntime_ = 0;
    std::vector<std::uint8_t> coinbase_prefix_, coinbase_suffix_;
};

} // namespace mining_server
