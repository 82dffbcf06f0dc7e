// SPDX-License-Identifier: MIT
#include "template_server.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <nlohmann/json.hpp>
#include <poll.h>

namespace template_provider {

namespace {

constexpr int accepts_per_turn = 16;
constexpr std::chrono::seconds pause_after_exhaustion{1};
constexpr std::chrono::milliseconds end_patience{1000};
constexpr std::chrono::milliseconds end_step{20}; // the submitter wakes nobody when it is done

} // namespace

TemplateServer::TemplateServer(const ServerOptions &options, LinkSecurity *security,
                               NodeInbox &inbox, ServerSignals &signals,
                               SolutionSubmitter &submitter, Log &log)
    : options_(options), security_(security),
      profile_(make_session_profile(options.limits, security)), inbox_(inbox), signals_(signals),
      submitter_(submitter), log_(log) {
    for (const ListenAddress &address : options_.listen) {
        for (ListeningSocket &listening : listen_on(address))
            listening_.push_back(std::move(listening));
    }
    for (const ListeningSocket &listening : listening_)
        log_.event("listening", "listening on " + listening.name, {{"address", listening.name}});
}

bool TemplateServer::run() {
    while (!stopping_)
        serve_once();
    end_in_order();
    return fatal_.empty();
}

void TemplateServer::serve_once() {
    std::vector<pollfd> waiting;
    waiting.push_back({signals_.stop_descriptor(), POLLIN, 0});
    waiting.push_back({signals_.reload_descriptor(), POLLIN, 0});
    waiting.push_back({inbox_.descriptor(), POLLIN, 0});
    const std::size_t first_listening = waiting.size();
    const bool may_accept = Clock::now() >= accept_again_;
    for (const ListeningSocket &listening : listening_)
        waiting.push_back({listening.socket.get(), static_cast<short>(may_accept ? POLLIN : 0), 0});
    const std::size_t first_client = waiting.size();
    const std::size_t client_count = clients_.size(); // more may come below
    for (const auto &client : clients_)
        waiting.push_back({client->socket(), client->wanted_events(), 0});

    if (poll(waiting.data(), static_cast<nfds_t>(waiting.size()), milliseconds_to_wait()) < 0) {
        if (errno == EINTR)
            return;
        throw std::system_error(errno, std::generic_category(), "poll");
    }
    const TimePoint now = Clock::now();
    if (waiting[0].revents != 0) {
        stopping_ = true;
        return;
    }
    if (waiting[1].revents != 0)
        reload_certificate();
    if (waiting[2].revents != 0)
        read_inbox();
    for (std::size_t i = 0; i < client_count; ++i)
        clients_[i]->advance(waiting[first_client + i].revents, now);
    for (std::size_t i = 0; i < listening_.size(); ++i) {
        if (waiting[first_listening + i].revents != 0)
            accept_clients(listening_[i]);
    }
    store_.remove_stale(now);
    remove_closed();
}

int TemplateServer::milliseconds_to_wait() const {
    TimePoint deadline = store_.next_removal();
    for (const auto &client : clients_) {
        if (client->has_work())
            return 0;
        deadline = std::min(deadline, client->deadline());
    }
    const TimePoint now = Clock::now();
    if (now < accept_again_)
        deadline = std::min(deadline, accept_again_);
    if (deadline == TimePoint::max())
        return -1;
    if (deadline <= now)
        return 0;
    using std::chrono::milliseconds;
    // One more than the whole milliseconds: waking too early would only poll again.
    const auto wait = std::chrono::duration_cast<milliseconds>(deadline - now).count() + 1;
    return static_cast<int>(std::min<decltype(wait)>(wait, 60'000));
}

void TemplateServer::accept_clients(const ListeningSocket &listening) {
    for (int turn = 0; turn < accepts_per_turn; ++turn) {
        AcceptedSocket accepted = accept_from(listening);
        const TimePoint now = Clock::now();
        if (accepted.out_of_resources) {
            log_.event("accept_failed", "too many open files; clients have to wait");
            accept_again_ = now + pause_after_exhaustion;
            return;
        }
        if (!accepted.socket.is_open())
            return;
        const auto turn_away = [&](const std::string &reason) {
            log_.event("client_turned_away", "turned " + accepted.peer + " away: " + reason,
                       {{"address", accepted.peer}});
        };
        remove_closed();
        if (!make_room()) {
            turn_away(std::to_string(clients_.size()) + " clients are set up already");
            continue;
        }
        const sv2_time time = session_time(now);
        auto session = sv2::session::start(profile_, &time);
        if (!session) {
            turn_away(session.error_text());
            continue;
        }
        const std::uint64_t id = ++last_client_id_;
        log_.event("client_connected",
                   "client " + std::to_string(id) + ": connected from " + accepted.peer,
                   {{"client", id}, {"address", accepted.peer}});
        clients_.push_back(std::make_unique<ClientConnection>(
            id, std::move(accepted.socket), std::move(session).value(), options_.limits, security_,
            ProviderParts{templates_, store_, submitter_, log_}, now));
    }
}

void TemplateServer::reload_certificate() {
    signals_.clear_reload();
    if (security_ != nullptr)
        security_->reload();
}

void TemplateServer::read_inbox() {
    const NodeNews news = inbox_.take();
    if (!news.fatal.empty()) {
        fatal_ = news.fatal;
        stopping_ = true;
        log_.event("fatal", fatal_);
        return;
    }
    if (!news.block_template)
        return;
    const BlockTemplate &block = *news.block_template;
    log_.event("block_template",
               "the node's template: height " + std::to_string(block.height) + " on " +
                   to_reversed_hex(block.previous_hash) + ", " +
                   std::to_string(block.transactions.size()) + " transactions, " +
                   std::to_string(block.coinbasevalue) + " satoshi",
               {{"height", block.height},
                {"previous_hash", to_reversed_hex(block.previous_hash)},
                {"transactions", block.transactions.size()},
                {"coinbasevalue", block.coinbasevalue}});
    const TimePoint now = Clock::now();
    templates_.update(news.block_template, now);
    store_.set_tip(block.previous_hash, now);
    for (const auto &client : clients_)
        client->template_changed(now);
}

void TemplateServer::remove_closed() {
    clients_.erase(std::remove_if(clients_.begin(), clients_.end(),
                                  [](const auto &client) { return client->is_closed(); }),
                   clients_.end());
}

bool TemplateServer::make_room() {
    if (clients_.size() < options_.max_clients)
        return true;
    // They are in the order in which they came.
    const auto slowest = std::find_if(clients_.begin(), clients_.end(),
                                      [](const auto &client) { return !client->is_set_up(); });
    if (slowest == clients_.end())
        return false;
    (*slowest)->end("others need its place, and it was not set up yet");
    clients_.erase(slowest);
    return true;
}

void TemplateServer::end_in_order() {
    signals_.allow_default_again();
    log_.event("ending", "ending: " + std::to_string(clients_.size()) + " clients");
    listening_.clear();
    const TimePoint give_up = Clock::now() + end_patience;
    for (const auto &client : clients_)
        client->finish(Clock::now());
    for (;;) {
        remove_closed();
        const TimePoint now = Clock::now();
        if (now >= give_up || (clients_.empty() && submitter_.is_idle()))
            break;
        std::vector<pollfd> waiting;
        for (const auto &client : clients_)
            waiting.push_back({client->socket(), client->wanted_events(), 0});
        const int failed = poll(waiting.data(), static_cast<nfds_t>(waiting.size()),
                                static_cast<int>(end_step.count()));
        for (std::size_t i = 0; i < waiting.size(); ++i)
            clients_[i]->advance(failed < 0 ? short{0} : waiting[i].revents, Clock::now());
    }
    for (const auto &client : clients_)
        client->end("the provider ends");
    clients_.clear();
}

} // namespace template_provider
