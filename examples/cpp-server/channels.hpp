// SPDX-License-Identifier: MIT
// The channels of one connection: answers to the messages of the mining protocol (section 5).
// Section numbers are those of the specification.
//
// Shares are not validated: no header is put together and no hash is looked at. This is the
// application's part as long as the library does not keep channels; the README says what is
// missing.
#pragma once

#include "job_source.hpp"

#include <cstdint>
#include <string_view>
#include <vector>

#include "sv2.hpp"

namespace mining_server {

// Of the whole server.
struct Counts {
    std::uint64_t connections = 0, turned_away = 0, established = 0, channels = 0;
    std::uint64_t shares = 0, refused_shares = 0, cut = 0, failed = 0;
    std::uint32_t next_extranonce_prefix = 0; // each channel searches a space of its own (5.1)
};

class Channels {
  public:
    Channels(sv2::session &session, const JobSource &jobs, Counts &counts)
        : session_(session), jobs_(jobs), counts_(counts) {}

    // Each of these fails if its answer cannot be queued; SV2_ERR_QUEUE_FULL: the client does not
    // read. receive also fails if the message cannot be decoded.
    sv2::result<sv2::nothing> receive(const sv2_session_event &event);
    // Acknowledges the shares since the last call, in one message (5.3.13).
    sv2::result<sv2::nothing> acknowledge();
    // Tells all channels of the present job.
    sv2::result<sv2::nothing> send_job(bool new_tip);

    bool empty() const { return channels_.empty(); }

  private:
    struct Channel {
        std::uint32_t id;
        sv2_u256 target;
        std::uint32_t last_sequence_number = 0, unacknowledged = 0;
    };
    using Answer = sv2::result<sv2::nothing>;

    Channel *find(std::uint32_t id);
    Answer open(const sv2_open_extended_mining_channel &message);
    Answer refuse(std::uint32_t request_id, const char *error_code);
    Answer update(const sv2_update_channel &message);
    Answer close(const sv2_close_channel &message);
    Answer submit(const sv2_submit_shares_extended &message);
    Answer refuse_share(std::uint32_t channel_id, std::uint32_t sequence_number,
                        const char *error_code);

    sv2::session &session_;
    const JobSource &jobs_;
    Counts &counts_;
    std::vector<Channel> channels_;
    std::uint32_t next_id_ = 0;
};

} // namespace mining_server
