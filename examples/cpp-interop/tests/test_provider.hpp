// SPDX-License-Identifier: MIT
// A running template provider, and what its clients first get from it.
#pragma once

#include "check.hpp"
#include "provider_process.hpp"
#include "template_client.hpp"
#include "test_node.hpp"

// Of the node; the program removes it at its end.
inline std::string password_file() {
    static const std::string path = [] {
        char name[] = "/tmp/provider_test_XXXXXX";
        const int file = mkstemp(name);
        if (file < 0 || write(file, "secret\n", 7) != 7)
            std::abort();
        close(file);
        return std::string(name);
    }();
    return path;
}

class Provider {
  public:
    // Of all that are started; main sets it.
    static std::string &program() {
        static std::string path;
        return path;
    }

    Provider(const TestNode &node, const std::vector<std::string> &more = {},
             const std::vector<std::string> &protection = {"--insecure"})
        : process_(program(), arguments(node, more, protection)) {
        const std::string line = process_.wait_for("listening on ");
        if (!line.empty())
            port_ = port_in(line.substr(line.find("listening on ")));
    }
    ~Provider() {
        const int before = failures;
        if (!stopped_)
            CHECK(stop() == 0);
        if (failures != failures_before_ || failures != before)
            process_.print();
    }

    int stop() {
        stopped_ = true;
        return process_.stop();
    }
    ProviderProcess &process() { return process_; }
    bool says(const std::string &text, std::size_t from = 0) {
        return !process_.wait_for(text, from).empty();
    }
    TemplateClient connect() const { return TemplateClient(port_); }

    // Through SetupConnection.
    TemplateClient set_up() const {
        TemplateClient client = connect();
        client.send_setup();
        const KeptFrame answer = client.receive();
        CHECK(answer.holds(SV2_MSG_TYPE_SETUP_CONNECTION_SUCCESS));
        return client;
    }

  private:
    // Of "listening on HOST:PORT", in a line of text or of JSON.
    static std::uint16_t port_in(const std::string &text) {
        const std::string address = text.substr(0, text.find('"'));
        return static_cast<std::uint16_t>(std::stoul(address.substr(address.rfind(':') + 1)));
    }

    static std::vector<std::string> arguments(const TestNode &node,
                                              const std::vector<std::string> &more,
                                              const std::vector<std::string> &protection) {
        std::vector<std::string> all{"--listen",      "127.0.0.1:0",     "--rpc-url",
                                     node.url(),      "--rpc-user=demo", "--rpc-password-file",
                                     password_file(), "--refresh",       "0.05"};
        all.insert(all.end(), protection.begin(), protection.end());
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }

    const int failures_before_ = failures;
    ProviderProcess process_;
    std::uint16_t port_ = 0;
    bool stopped_ = false;
};

struct Work {
    KeptFrame new_template_frame;
    sv2_new_template new_template{};
    sv2_template_set_new_prev_hash prev_hash{};
};

// NewTemplate and SetNewPrevHash, as after constraints and after a new tip.
inline Work receive_pair(TemplateClient &client) {
    Work work;
    work.new_template_frame = client.receive();
    const KeptFrame second = client.receive();
    if (!work.new_template_frame.holds(SV2_MSG_TYPE_NEW_TEMPLATE) ||
        !second.holds(SV2_MSG_TYPE_TEMPLATE_SET_NEW_PREV_HASH)) {
        std::fprintf(stderr, "no NewTemplate with SetNewPrevHash behind it\n");
        ++failures;
        return work;
    }
    work.new_template = work.new_template_frame.as<sv2_new_template>();
    work.prev_hash = second.as<sv2_template_set_new_prev_hash>();
    CHECK(work.new_template.future_template == 1);
    CHECK(work.prev_hash.template_id == work.new_template.template_id);
    return work;
}

inline Work start_work(TemplateClient &client, std::uint32_t size, std::uint16_t sigops = 0) {
    client.send_constraints(size, sigops);
    return receive_pair(client);
}
