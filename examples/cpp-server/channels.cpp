// SPDX-License-Identifier: MIT
#include "channels.hpp"

#include <algorithm>
#include <cmath>

namespace mining_server {

namespace {

// Ids of channels and of groups share a namespace (5.2.3). All channels of a connection are in one
// group, so that a job is one message for all of them.
constexpr std::uint32_t group_id = 1, first_channel_id = 2;
constexpr std::size_t channels_max = 16;

// Difficulty 1.
sv2_u256 largest_target() {
    sv2_u256 target{};
    target.bytes[26] = target.bytes[27] = 0xff;
    return target;
}

// U256 are little-endian.
bool is_less(const sv2_u256 &a, const sv2_u256 &b) {
    return std::lexicographical_compare(std::rbegin(a.bytes), std::rend(a.bytes),
                                        std::rbegin(b.bytes), std::rend(b.bytes));
}

bool is_hash_rate(float value) {
    return std::isfinite(value) && value >= 0;
}

} // namespace

Channels::Channel *Channels::find(std::uint32_t id) {
    const auto found = std::find_if(channels_.begin(), channels_.end(),
                                    [id](const Channel &channel) { return channel.id == id; });
    return found == channels_.end() ? nullptr : &*found;
}

Channels::Answer Channels::receive(const sv2_session_event &event) {
    const auto decoded = sv2::decode_any(event.frame);
    if (!decoded)
        return decoded.error();
    const sv2_message &message = *decoded;
    switch (message.id) {
    case SV2_ID_OPEN_EXTENDED_MINING_CHANNEL:
        return open(message.as.open_extended_mining_channel);
    case SV2_ID_OPEN_STANDARD_MINING_CHANNEL:
        // REQUIRES_EXTENDED_CHANNELS in SetupConnection.Success has announced it.
        return refuse(message.as.open_standard_mining_channel.request_id,
                      "standard-channels-not-supported");
    case SV2_ID_UPDATE_CHANNEL:
        return update(message.as.update_channel);
    case SV2_ID_CLOSE_CHANNEL:
        return close(message.as.close_channel);
    case SV2_ID_SUBMIT_SHARES_EXTENDED:
        return submit(message.as.submit_shares_extended);
    case SV2_ID_SUBMIT_SHARES_STANDARD:
        return refuse_share(message.as.submit_shares_standard.channel_id,
                            message.as.submit_shares_standard.sequence_number,
                            SV2_ERROR_CODE_INVALID_CHANNEL_ID);
    default:
        return sv2::nothing{};
    }
}

Channels::Answer Channels::refuse(std::uint32_t request_id, const char *error_code) {
    sv2_open_mining_channel_error error{};
    error.request_id = request_id;
    error.error_code = sv2::bytes(error_code);
    return session_.send(error);
}

Channels::Answer Channels::open(const sv2_open_extended_mining_channel &message) {
    if (!is_hash_rate(message.nominal_hash_rate))
        return refuse(message.request_id, SV2_ERROR_CODE_INVALID_NOMINAL_HASHRATE);
    if (message.min_extranonce_size > extranonce_size)
        return refuse(message.request_id, SV2_ERROR_CODE_MIN_EXTRANONCE_SIZE_TOO_LARGE);
    if (channels_.size() == channels_max)
        return refuse(message.request_id, SV2_ERROR_CODE_CHANNEL_CAPACITY_EXHAUSTED);
    const std::uint32_t id = first_channel_id + next_id_++;
    const sv2_u256 target =
        is_less(message.max_target, largest_target()) ? message.max_target : largest_target();
    channels_.push_back({id, target});
    counts_.channels++;

    std::array<std::uint8_t, extranonce_prefix_size> prefix{};
    for (std::size_t i = 0; i < prefix.size(); i++)
        prefix[i] = static_cast<std::uint8_t>(counts_.next_extranonce_prefix >> (8 * i));
    counts_.next_extranonce_prefix++;

    sv2_open_extended_mining_channel_success success{};
    success.request_id = message.request_id;
    success.channel_id = id;
    success.target = target;
    success.extranonce_size = extranonce_size;
    success.extranonce_prefix = sv2::bytes(sv2::const_span(prefix));
    success.group_channel_id = group_id;
    auto sent = session_.send(success);
    if (sent)
        sent = session_.send(jobs_.job(id, true));
    return sent ? session_.send(jobs_.prev_hash(id)) : sent;
}

Channels::Answer Channels::update(const sv2_update_channel &message) {
    Channel *channel = find(message.channel_id);
    if (channel == nullptr || !is_hash_rate(message.nominal_hash_rate)) {
        sv2_update_channel_error error{};
        error.channel_id = message.channel_id;
        error.error_code = sv2::bytes(channel == nullptr ? SV2_ERROR_CODE_INVALID_CHANNEL_ID
                                                         : SV2_ERROR_CODE_INVALID_NOMINAL_HASHRATE);
        return session_.send(error);
    }
    if (!is_less(message.maximum_target, channel->target))
        return sv2::nothing{};
    channel->target = message.maximum_target; // the client has to be told (5.3.7)
    return session_.send(sv2_set_target{channel->id, channel->target});
}

Channels::Answer Channels::close(const sv2_close_channel &message) {
    channels_.erase(std::remove_if(channels_.begin(), channels_.end(),
                                   [&](const Channel &channel) {
                                       return message.channel_id == group_id ||
                                              message.channel_id == channel.id;
                                   }),
                    channels_.end());
    return sv2::nothing{};
}

Channels::Answer Channels::submit(const sv2_submit_shares_extended &message) {
    Channel *channel = find(message.channel_id);
    const auto refuse_with = [&](const char *error_code) {
        return refuse_share(message.channel_id, message.sequence_number, error_code);
    };
    if (channel == nullptr)
        return refuse_with(SV2_ERROR_CODE_INVALID_CHANNEL_ID);
    if (message.extranonce.len != extranonce_size)
        return refuse_with(SV2_ERROR_CODE_BAD_EXTRANONCE_SIZE);
    if (jobs_.is_stale(message.job_id))
        return refuse_with(SV2_ERROR_CODE_STALE_SHARE);
    if (!jobs_.is_valid(message.job_id))
        return refuse_with(SV2_ERROR_CODE_INVALID_JOB_ID);
    // Here a pool puts the header together, looks at its hash, and for a share that came before.
    channel->last_sequence_number = message.sequence_number;
    channel->unacknowledged++;
    counts_.shares++;
    return sv2::nothing{};
}

Channels::Answer Channels::refuse_share(std::uint32_t channel_id, std::uint32_t sequence_number,
                                        const char *error_code) {
    counts_.refused_shares++;
    sv2_submit_shares_error error{};
    error.channel_id = channel_id;
    error.sequence_number = sequence_number;
    error.error_code = sv2::bytes(error_code);
    return session_.send(error);
}

Channels::Answer Channels::acknowledge() {
    for (Channel &channel : channels_) {
        if (channel.unacknowledged == 0)
            continue;
        sv2_submit_shares_success success{};
        success.channel_id = channel.id;
        success.last_sequence_number = channel.last_sequence_number;
        success.new_submits_accepted_count = channel.unacknowledged;
        success.new_shares_sum = channel.unacknowledged; // each of difficulty 1
        channel.unacknowledged = 0;
        if (auto sent = session_.send(success); !sent)
            return sent;
    }
    return sv2::nothing{};
}

Channels::Answer Channels::send_job(bool new_tip) {
    if (channels_.empty())
        return sv2::nothing{};
    auto sent = session_.send(jobs_.job(group_id, new_tip));
    return sent && new_tip ? session_.send(jobs_.prev_hash(group_id)) : sent;
}

} // namespace mining_server
