// SPDX-License-Identifier: MIT
#include "job_source.hpp"

namespace mining_server {

namespace {

constexpr std::uint32_t block_version = 0x20000000, nbits = 0x1702f128;
constexpr std::uint64_t reward = 312500000; // satoshi

void append(std::vector<std::uint8_t> &out, std::uint64_t value, int size) {
    for (int i = 0; i < size; i++)
        out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

} // namespace

void JobSource::new_tip(std::uint32_t now) {
    height_++;
    first_of_tip_ = job_id_ + 1;
    tip_ntime_ = now;
    new_job(now);
}

void JobSource::new_job(std::uint32_t now) {
    job_id_++;
    min_ntime_ = now;
    // A coinbase transaction without its witness (3.7.1), up to the extranonce and behind it.
    coinbase_prefix_.clear();
    append(coinbase_prefix_, 2, 4);                         // version
    append(coinbase_prefix_, 1, 1);                         // one input,
    coinbase_prefix_.insert(coinbase_prefix_.end(), 32, 0); // of no transaction
    append(coinbase_prefix_, 0xffffffff, 4);
    append(coinbase_prefix_, 4 + extranonce_prefix_size + extranonce_size, 1); // size of its script
    append(coinbase_prefix_, 3, 1);                                            // the height (BIP34)
    append(coinbase_prefix_, height_, 3);
    coinbase_suffix_.clear();
    append(coinbase_suffix_, 0xffffffff, 4); // sequence
    append(coinbase_suffix_, 1, 1);          // one output,
    append(coinbase_suffix_, reward, 8);
    append(coinbase_suffix_, 0x5101, 2);  // to anyone
    append(coinbase_suffix_, job_id_, 4); // lock time: makes jobs differ
}

sv2_new_extended_mining_job JobSource::job(std::uint32_t channel_id, bool future) const {
    sv2_new_extended_mining_job job{};
    job.channel_id = channel_id;
    job.job_id = job_id_;
    job.min_ntime.present = future ? 0 : 1;
    job.min_ntime.value = future ? 0 : min_ntime_;
    job.version = block_version;
    job.version_rolling_allowed = 1;
    job.coinbase_tx_prefix = sv2::bytes(coinbase_prefix_);
    job.coinbase_tx_suffix = sv2::bytes(coinbase_suffix_);
    return job;
}

sv2_mining_set_new_prev_hash JobSource::prev_hash(std::uint32_t channel_id) const {
    sv2_mining_set_new_prev_hash message{};
    message.channel_id = channel_id;
    message.job_id = job_id_;
    for (std::size_t i = 0; i < 4; i++)
        message.prev_hash.bytes[i] = static_cast<std::uint8_t>(height_ >> (8 * i));
    message.min_ntime = tip_ntime_;
    message.nbits = nbits;
    return message;
}

} // namespace mining_server
