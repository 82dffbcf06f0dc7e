// SPDX-License-Identifier: MIT
#include "channel.h"

#include "log.h"

#include <inttypes.h>
#include <string.h>

enum { OPEN_REQUEST_ID = 1 };

void channel_init(struct channel *channel, uint64_t connection_id, const char *name,
                  struct share_counts *counts) {
    memset(channel, 0, sizeof *channel);
    channel->name = name;
    channel->counts = counts;
    channel->work.connection_id = connection_id;
}

sv2_status channel_open(struct channel *channel, sv2_session session, const char *user_identity) {
    sv2_open_extended_mining_channel open;
    memset(&open, 0, sizeof open);
    open.request_id = OPEN_REQUEST_ID;
    open.user_identity = sv2_string(user_identity);
    open.nominal_hash_rate = 1e12f;
    memset(open.max_target.bytes, 0xff, sizeof open.max_target.bytes);
    open.min_extranonce_size = MIN_EXTRANONCE_SIZE;
    log_line(channel->name, "opens a channel for %s", user_identity);
    return sv2_open_extended_mining_channel_send(session, &open, NULL, NULL);
}

static bool is_ours(const struct channel *channel, uint32_t channel_id) {
    // A pool may send one job to all channels of a group (5.2.3).
    return channel->is_open &&
           (channel_id == channel->channel_id || channel_id == channel->group_channel_id);
}

static bool on_opened(struct channel *channel,
                      const sv2_open_extended_mining_channel_success *message) {
    if (message->request_id != OPEN_REQUEST_ID || channel->is_open) {
        log_line(channel->name, "an answer that nobody asked for is ignored");
        return true;
    }
    // Never trust a size: the ASIC's extranonce has EXTRANONCE_SIZE_MAX bytes.
    if (message->extranonce_size < MIN_EXTRANONCE_SIZE ||
        message->extranonce_size + message->extranonce_prefix.len > EXTRANONCE_SIZE_MAX) {
        log_line(channel->name, "the pool gives an extranonce of %u bytes, which cannot be used",
                 (unsigned)message->extranonce_size);
        return false;
    }
    channel->is_open = true;
    channel->channel_id = message->channel_id;
    channel->group_channel_id = message->group_channel_id;
    channel->extranonce_size = message->extranonce_size;
    log_line(channel->name, "channel %" PRIu32 " of group %" PRIu32 ", %u bytes of extranonce",
             channel->channel_id, channel->group_channel_id, (unsigned)channel->extranonce_size);
    return true;
}

// Text of the pool, in quotes and without what a terminal would obey.
static bool on_refused(const struct channel *channel, const char *what, sv2_bytes code) {
    char text[64];
    size_t length = 0;
    for (; length < code.len && length < sizeof text - 1; length++) {
        const uint8_t c = code.data[length];
        text[length] = (char)(c >= ' ' && c <= '~' ? c : '?');
    }
    text[length] = '\0';
    log_line(channel->name, "%s: \"%s\"", what, text);
    return false;
}

static bool on_job(struct channel *channel, const sv2_new_extended_mining_job *message) {
    if (!is_ours(channel, message->channel_id)) {
        return true;
    }
    struct work job = channel->work;
    job.channel_id = channel->channel_id; // shares carry the channel's own id, never the group's
    job.extranonce_size = channel->extranonce_size;
    job.job_id = message->job_id;
    job.version = message->version;
    job.version_rolling_allowed = message->version_rolling_allowed != 0;
    const bool is_future = !message->min_ntime.present;
    log_line(channel->name, "job %" PRIu32 "%s", job.job_id, is_future ? ", for the future" : "");
    if (is_future) {
        if (channel->future_count == FUTURE_JOBS) {
            channel->future_count--;
            memmove(&channel->future[0], &channel->future[1],
                    channel->future_count * sizeof channel->future[0]);
        }
        channel->future[channel->future_count++] = job;
    } else if (channel->has_tip) {
        job.ntime = message->min_ntime.value;
        channel->work = job;
        channel->has_work = true;
    }
    return true;
}

static bool on_prev_hash(struct channel *channel, const sv2_mining_set_new_prev_hash *message) {
    if (!is_ours(channel, message->channel_id)) {
        return true;
    }
    // Every job but the one that is named is invalid now (5.3.17).
    channel->has_tip = true;
    channel->has_work = false;
    for (uint32_t i = 0; i < channel->future_count; i++) {
        if (channel->future[i].job_id == message->job_id) {
            channel->work = channel->future[i];
            channel->work.ntime = message->min_ntime;
            channel->has_work = true;
        }
    }
    channel->future_count = 0;
    log_line(channel->name, "new tip, %s job %" PRIu32,
             channel->has_work ? "works on" : "stops, because it does not have", message->job_id);
    return true;
}

static bool on_accepted(struct channel *channel, const sv2_submit_shares_success *message) {
    if (!channel->is_open || message->channel_id != channel->channel_id) {
        return true;
    }
    // A number of the peer is no reason to count for ever, or to count what was never sent.
    uint64_t count = message->new_submits_accepted_count;
    if (count > channel->unanswered) {
        log_line(channel->name, "the pool accepts more shares than were sent");
        count = channel->unanswered;
    }
    channel->unanswered -= count;
    channel->counts->accepted += count;
    log_line(channel->name, "%" PRIu64 " accepted, up to share %" PRIu32, count,
             message->last_sequence_number);
    return true;
}

static bool on_share_refused(struct channel *channel, const sv2_submit_shares_error *message) {
    if (!channel->is_open || message->channel_id != channel->channel_id) {
        return true;
    }
    channel->unanswered -= channel->unanswered > 0;
    channel->counts->refused++;
    (void)on_refused(channel, "a share is refused", message->error_code);
    return true;
}

static bool on_group(struct channel *channel, const sv2_set_group_channel *message) {
    for (size_t i = 0; i < message->channel_ids.count; i++) {
        uint32_t id = 0;
        if (sv2_seq_u32_at(message->channel_ids, i, &id) == SV2_OK && channel->is_open &&
            id == channel->channel_id) {
            channel->group_channel_id = message->group_channel_id;
        }
    }
    return true;
}

bool channel_receive(struct channel *channel, const sv2_frame *frame) {
    sv2_message message;
    sv2_error error;
    if (sv2_message_decode(frame, &message, &error) < 0) {
        char text[SV2_ERROR_TEXT_SIZE];
        size_t length = 0;
        if (sv2_error_text(&error, text, sizeof text, &length) == SV2_OK) {
            log_line(channel->name, "%s", text);
        }
        return false;
    }
    switch (message.id) {
    case SV2_ID_OPEN_EXTENDED_MINING_CHANNEL_SUCCESS:
        return on_opened(channel, &message.as.open_extended_mining_channel_success);
    case SV2_ID_OPEN_MINING_CHANNEL_ERROR:
        return on_refused(channel, "the pool opens no channel",
                          message.as.open_mining_channel_error.error_code);
    case SV2_ID_NEW_EXTENDED_MINING_JOB:
        return on_job(channel, &message.as.new_extended_mining_job);
    case SV2_ID_MINING_SET_NEW_PREV_HASH:
        return on_prev_hash(channel, &message.as.mining_set_new_prev_hash);
    case SV2_ID_SUBMIT_SHARES_SUCCESS:
        return on_accepted(channel, &message.as.submit_shares_success);
    case SV2_ID_SUBMIT_SHARES_ERROR:
        return on_share_refused(channel, &message.as.submit_shares_error);
    case SV2_ID_SET_GROUP_CHANNEL:
        return on_group(channel, &message.as.set_group_channel);
    case SV2_ID_CLOSE_CHANNEL:
        return !is_ours(channel, message.as.close_channel.channel_id) ||
               on_refused(channel, "the pool closes the channel",
                          message.as.close_channel.reason_code);
    default: // SetTarget, SetExtranoncePrefix and others: a real miner acts on them
        log_line(channel->name, "%s is not acted on",
                 sv2_message_name(frame->extension_type, frame->msg_type));
        return true;
    }
}

sv2_status channel_submit(struct channel *channel, sv2_session session, const struct share *share) {
    sv2_submit_shares_extended message;
    memset(&message, 0, sizeof message);
    message.channel_id = share->work.channel_id;
    message.sequence_number = channel->next_sequence_number;
    message.job_id = share->work.job_id;
    message.nonce = share->nonce;
    message.ntime = share->work.ntime;
    message.version = share->work.version;
    message.extranonce.data = share->extranonce;
    message.extranonce.len = share->work.extranonce_size;
    const sv2_bytes worker = sv2_string(share->worker);
    const sv2_status status =
        sv2_session_send_share(session, &message, worker.data, worker.len, NULL);
    if (status == SV2_OK) {
        channel->next_sequence_number++;
        channel->unanswered++;
        channel->counts->sent++;
    }
    return status;
}

void channel_close(struct channel *channel, sv2_session session) {
    sv2_close_channel close;
    memset(&close, 0, sizeof close);
    close.channel_id = channel->channel_id;
    close.reason_code = sv2_string("shutdown");
    if (channel->is_open && sv2_close_channel_send(session, &close, NULL, NULL) == SV2_OK) {
        channel->is_open = channel->has_work = false;
    }
}
