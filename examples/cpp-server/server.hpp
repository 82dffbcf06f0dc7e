// SPDX-License-Identifier: MIT
// All clients, in one thread around epoll.
//
// What bounds a stranger: a handshake costs processor time before anything is known of the client,
// so it has to be admitted, and waits for it unread; the number of clients, and of those that are
// not established, is limited; the session ends those that go no further by its deadlines.
#pragma once

#include "client.hpp"
#include "epoll.hpp"
#include "options.hpp"
#include "report.hpp"
#include "sockets.hpp"

#include <deque>
#include <memory>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "sv2.hpp"

namespace mining_server {

class Server {
  public:
    Server(const Options &options, sv2_identity identity, ListeningSocket listening);
    Server(const Server &) = delete; // the hooks of its sessions refer to it
    Server &operator=(const Server &) = delete;

    // Until stop_descriptor is readable; then the clients are closed in order.
    void run(int stop_descriptor);

  private:
    // To the handshake. A client that has to wait is not read and not watched.
    enum class Admission { not_asked, waiting, granted };
    struct Entry {
        std::unique_ptr<Client> client;
        Admission admission = Admission::not_asked;
        bool is_established = false;
        std::uint32_t events = 0; // that epoll watches
        std::uint64_t deadline = never;
    };
    using Id = Epoll::Id; // never used twice, as descriptors are

    void stop(int stop_descriptor);
    void accept_clients();
    void listen_again();
    void stop_listening(std::uint64_t until);
    void admit_waiting();
    bool admit(Id id, Entry &entry);
    void serve(Id id, std::uint32_t ready);
    void settle(Id id);
    bool watch(Id id, Entry &entry); // false: errno says why
    void remove(Id id, Entry &entry);
    void settle_due();
    void send_job();
    void report();
    int milliseconds_to_wait() const;

    const Options options_;
    std::string_view speaking_ = "server"; // the client that is served, for the log hook
    ListeningSocket listening_;
    sv2::session_profile profile_;
    sv2::admission admission_;
    Epoll epoll_;
    JobSource jobs_;
    Counts counts_;
    std::unordered_map<Id, Entry> clients_;
    std::set<std::pair<std::uint64_t, Id>> deadlines_;
    std::deque<Id> waiting_; // to be admitted, in the order in which they came
    std::size_t unestablished_ = 0;
    std::vector<std::uint8_t> buffer_; // one for all: nothing stays in it
    Id next_id_;
    std::uint64_t next_job_, next_report_ = never, listen_at_ = never;
    std::uint32_t jobs_made_ = 1;
    Report report_;
    bool is_stopping_ = false, is_listening_ = false;
};

} // namespace mining_server
