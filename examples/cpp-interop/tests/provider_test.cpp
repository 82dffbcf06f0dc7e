// SPDX-License-Identifier: MIT
// The template provider as its clients see it over plain TCP: the program itself, a node that does
// what the test says, and clients that keep the protocol or do not. encrypted_link_test.cpp is
// about the encrypted link.
//
//     provider_test PROGRAM
#include "../block_template.hpp"
#include "../merkle.hpp"
#include "../sha256d.hpp"
#include "../target.hpp"
#include "check.hpp"
#include "known_data.hpp"
#include "test_provider.hpp"

using namespace template_provider;
using Json = nlohmann::json;

static Hash256 to_hash(const sv2_u256 &value) {
    Hash256 hash{};
    std::copy(value.bytes, value.bytes + 32, hash.begin());
    return hash;
}

// The coinbase that pays everything to nobody, with or without its witness.
static Bytes make_coinbase(const sv2_new_template &work, std::uint32_t extra, bool with_witness) {
    Bytes bytes;
    append_u32(bytes, work.coinbase_tx_version);
    if (with_witness)
        append(bytes, Bytes{0, 1});
    append(bytes, Bytes{1});
    append(bytes, Hash256{});
    append_u32(bytes, 0xffffffff);
    append_compact_size(bytes, work.coinbase_prefix.len + 4);
    append(bytes, ByteView(work.coinbase_prefix.data, work.coinbase_prefix.len));
    append_u32(bytes, extra);
    append_u32(bytes, work.coinbase_tx_input_sequence);
    append_compact_size(bytes, work.coinbase_tx_outputs_count + 1);
    append_u64(bytes, work.coinbase_tx_value_remaining);
    append(bytes, Bytes{1, 0x51}); // OP_TRUE
    append(bytes, ByteView(work.coinbase_tx_outputs.data, work.coinbase_tx_outputs.len));
    if (with_witness) {
        append(bytes, Bytes{1, 32});
        append(bytes, Hash256{});
    }
    append_u32(bytes, work.coinbase_tx_locktime);
    return bytes;
}

struct Solved {
    Bytes coinbase;
    Bytes header;
    std::string hash;
    sv2_submit_solution message{};
};

// A solution that meets the target, or one that misses it.
static Solved solve(const Work &work, bool meets_target, bool with_witness = true,
                    std::uint32_t extra = 7) {
    Solved solved;
    solved.coinbase = make_coinbase(work.new_template, extra, with_witness);
    std::vector<Hash256> path;
    for (const sv2_u256 &element : sv2::elements(work.new_template.merkle_path))
        path.push_back(to_hash(element));
    const Hash256 root =
        merkle_root_from_path(sha256d(make_coinbase(work.new_template, extra, false)), path);
    for (std::uint32_t nonce = 0;; ++nonce) {
        solved.header.clear();
        append_u32(solved.header, work.new_template.version);
        append(solved.header, to_hash(work.prev_hash.prev_hash));
        append(solved.header, root);
        append_u32(solved.header, work.prev_hash.header_timestamp);
        append_u32(solved.header, work.prev_hash.nBits);
        append_u32(solved.header, nonce);
        const Hash256 hash = sha256d(solved.header);
        if (hash_meets_target(hash, to_hash(work.prev_hash.target)) != meets_target)
            continue;
        solved.hash = to_reversed_hex(hash);
        solved.message.template_id = work.new_template.template_id;
        solved.message.version = work.new_template.version;
        solved.message.header_timestamp = work.prev_hash.header_timestamp;
        solved.message.header_nonce = nonce;
        return solved;
    }
}

static void submit(TemplateClient &client, const Solved &solved) {
    sv2_submit_solution message = solved.message;
    message.coinbase_tx = sv2::bytes(solved.coinbase);
    client.send_message(message);
}

static std::string block_hex(const Solved &solved, const std::vector<std::string> &transactions) {
    Bytes block = solved.header;
    append_compact_size(block, transactions.size() + 1);
    append(block, solved.coinbase);
    std::string hex = to_hex(block);
    for (const std::string &transaction : transactions)
        hex += transaction;
    return hex;
}

static bool wait_for_blocks(TestNode &node, std::size_t count) {
    for (int i = 0; i < 500 && node.blocks().size() < count; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return node.blocks().size() == count;
}

// One input, one output, as long as it has to be.
static std::string make_transaction(std::size_t size, std::uint32_t number) {
    Bytes bytes;
    append_u32(bytes, 2);
    append(bytes, Bytes{1});
    append(bytes, Hash256{{1}});
    append_u32(bytes, number);
    append_compact_size(bytes, 0);
    append_u32(bytes, 0xffffffff);
    append(bytes, Bytes{1});
    append_u64(bytes, 1000);
    append_compact_size(bytes, size);
    append(bytes, Bytes(size, 0x6a));
    append_u32(bytes, 0);
    return to_hex(bytes);
}

// SE-11, SE-12, SE-13, SE-15, SE-18, S3-06, S3-16: a client that is refused learns why before the
// connection ends, whatever else it has sent.
static void test_setup_refused() {
    TestNode node;
    Provider provider(node);
    const struct {
        std::uint8_t protocol;
        std::uint16_t min_version, max_version;
        std::uint32_t flags, error_flags;
        const char *error_code;
    } cases[] = {
        {0, 2, 2, 0, 0, "unsupported-protocol"},
        {7, 3, 3, 5, 0, "unsupported-protocol"}, // the protocol is checked first
        {2, 3, 3, 0, 0, "protocol-version-mismatch"},
        {2, 1, 1, 9, 0, "protocol-version-mismatch"},
        {2, 3, 1, 0, 0, "protocol-version-mismatch"},
        {2, 2, 2, 0x80000005, 0x80000005, "unsupported-feature-flags"},
    };
    for (const auto &one : cases) {
        TemplateClient client = provider.connect();
        client.send_setup(one.protocol, one.min_version, one.max_version, one.flags);
        client.send_constraints(100); // unread bytes must not cost the client the answer
        const KeptFrame answer = client.receive();
        CHECK(answer.holds(SV2_MSG_TYPE_SETUP_CONNECTION_ERROR));
        if (answer.arrived) {
            const auto error = answer.as<sv2_setup_connection_error>();
            CHECK(error.flags == one.error_flags);
            CHECK_EQUAL(sv2::text(error.error_code), one.error_code);
        }
        CHECK(client.is_closed());
        CHECK(!client.was_reset());
    }
    TemplateClient client = provider.connect();
    client.send_setup(2, 1, 5);
    const KeptFrame answer = client.receive();
    CHECK(answer.holds(SV2_MSG_TYPE_SETUP_CONNECTION_SUCCESS));
    const auto success = answer.as<sv2_setup_connection_success>();
    CHECK(success.used_version == 2 && success.flags == 0);
}

// S2-08, S3-16
static void test_order_of_messages() {
    TestNode node;
    Provider provider(node);
    TemplateClient twice = provider.set_up();
    twice.send_setup();
    CHECK(twice.is_closed());
    CHECK(
        provider.says("client 1: disconnected: established: SetupConnection: SetupConnection came "
                      "a second time"));

    TemplateClient early_constraints = provider.connect();
    early_constraints.send_constraints(100);
    CHECK(early_constraints.is_closed());
    CHECK(provider.says("client 2: disconnected: setup: CoinbaseOutputConstraints: the frame holds "
                        "another message"));

    TemplateClient early_request = provider.connect();
    early_request.request_transaction_data(1);
    CHECK(early_request.is_closed());
    CHECK(provider.says("client 3: disconnected: setup: RequestTransactionData: the frame holds "
                        "another message"));

    TemplateClient early_extension = provider.connect();
    early_extension.send_message(sv2_request_extensions{});
    CHECK(early_extension.is_closed());
    CHECK(provider.says("client 4: disconnected: setup: RequestExtensions: the frame holds "
                        "another message"));

    TemplateClient no_constraints = provider.set_up();
    no_constraints.request_transaction_data(1);
    CHECK(no_constraints.is_closed());
    CHECK(provider.says("RequestTransactionData before CoinbaseOutputConstraints"));
}

static void test_bad_input() {
    TestNode node;
    Provider provider(node);
    TemplateClient good = provider.set_up();
    const Work work = start_work(good, 100);

    TemplateClient garbage = provider.connect();
    Bytes noise = unhex("deadbeef0000"); // the header of an unknown message of 239 bytes
    noise.resize(6 + 239, 0x55);
    garbage.send_bytes(noise);
    CHECK(garbage.is_closed());

    TemplateClient browser = provider.connect();
    const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
    browser.send_bytes(Bytes(request.begin(), request.end()));
    CHECK(browser.is_closed());
    CHECK(provider.says("the frame header states a payload above the configured maximum"));

    TemplateClient oversize = provider.set_up();
    oversize.send_bytes(unhex("0000760000ff")); // SubmitSolution of 16,711,680 bytes
    CHECK(oversize.is_closed());

    TemplateClient malformed = provider.set_up();
    malformed.send_bytes(unhex("000070030000aabbcc"));
    CHECK(malformed.is_closed());
    CHECK(provider.says(
        "CoinbaseOutputConstraints.coinbase_output_max_additional_size: the input ends"));

    TemplateClient wrong_direction = provider.set_up();
    sv2_new_template message{};
    wrong_direction.send_message(message);
    CHECK(wrong_direction.is_closed());
    CHECK(provider.says("NewTemplate: the message may not be sent by this end"));

    TemplateClient wrong_protocol = provider.set_up();
    wrong_protocol.send_message(sv2_submit_shares_standard{});
    CHECK(wrong_protocol.is_closed());
    CHECK(provider.says("SubmitSharesStandard: the message does not belong"));

    TemplateClient cut = provider.set_up();
    cut.send_bytes(unhex("0000700600"));
    cut.end_output();
    CHECK(cut.is_closed());
    CHECK(provider.says("client 8: disconnected: the connection ended in the middle of a message"));
    TemplateClient header_only = provider.set_up();
    header_only.send_bytes(unhex("000070060000")); // as much is missing as another header has
    header_only.end_output();
    CHECK(header_only.is_closed());
    CHECK(provider.says("client 9: disconnected: the connection ended in the middle of a message"));

    TemplateClient too_large = provider.set_up();
    too_large.send_constraints(1'000'001);
    CHECK(too_large.is_closed());
    CHECK(provider.says("coinbase outputs larger than a block"));

    TemplateClient impossible = provider.set_up();
    impossible.send_constraints(999'999);
    CHECK(impossible.is_closed());
    CHECK(provider.says("coinbase outputs of 999999 bytes do not fit into a block"));

    // The one that did nothing wrong is served as before.
    good.request_transaction_data(work.new_template.template_id);
    CHECK(good.receive().holds(SV2_MSG_TYPE_REQUEST_TRANSACTION_DATA_SUCCESS));
}

static void test_ignored_messages() {
    TestNode node;
    Provider provider(node);
    TemplateClient client = provider.set_up();
    client.send_message(sv2_request_extensions{});
    client.send_bytes(unhex("010000030000000000"));   // RequestExtensions that does not decode
    client.send_bytes(unhex("0400760400000a0b0c0d")); // type of SubmitSolution, of an extension
    client.send_bytes(unhex("00007f000000"));         // no message has this type
    client.send_bytes(unhex("0080700600006400000000"
                            "00")); // CoinbaseOutputConstraints, channel_msg set
    receive_pair(client);
    CHECK(provider.says("ignored RequestExtensions (0x0001, 0x00)"));
    CHECK(provider.says("ignored unknown (0x0004, 0x76)"));
    CHECK(provider.says("ignored unknown (0x0000, 0x7f)"));
    // Trailing bytes would be TLVs of extensions, which were not negotiated.
    client.send_bytes(unhex("0000700a000064000000000001020304"));
    receive_pair(client);
    TemplateClient chatty = provider.set_up();
    for (int i = 0; i < 1000; ++i)
        chatty.send_bytes(unhex("00007f000000"));
    start_work(chatty, 100);
    CHECK(provider.says("client 2: NewTemplate")); // printed behind all that was ignored
    CHECK(provider.process().count("client 2: ignored") == 20);
}

// S3-05, I30: clients that stop halfway, each by its own deadline.
static void test_timeouts() {
    TestNode node;
    Provider provider(node, {"--setup-timeout", "0.3", "--idle-timeout", "0.8"});
    TemplateClient silent = provider.connect();
    TemplateClient half = provider.connect();
    half.send_bytes(unhex("00000026000002"));
    TemplateClient no_constraints = provider.set_up();
    TemplateClient idle = provider.set_up();
    start_work(idle, 100);
    CHECK(silent.is_closed());
    CHECK(half.is_closed());
    CHECK(no_constraints.is_closed());
    CHECK(provider.says("client 1: disconnected: setup: SetupConnection was not sent"));
    CHECK(provider.says("client 2: disconnected: setup: SetupConnection was not sent"));
    CHECK(provider.process().count("does not encrypt") == 0); // nobody has to here
    CHECK(provider.says("client 3: disconnected: no CoinbaseOutputConstraints in time"));
    CHECK(idle.is_closed());
    CHECK(provider.says("client 4: disconnected: established: no message came from the peer"));
}

static void test_client_that_never_reads() {
    TestNode node;
    std::vector<std::string> transactions;
    for (std::uint32_t i = 0; i < 9; ++i)
        transactions.push_back(make_transaction(100'000, i));
    node.set_transactions(transactions);
    Provider provider(node, {"--send-timeout", "0.5", "--max-queued", "8000000"});
    TemplateClient deaf = provider.set_up();
    const Work work = start_work(deaf, 100);
    TemplateClient good = provider.set_up();
    start_work(good, 100);
    for (int i = 0; i < 60; ++i)
        deaf.request_transaction_data(work.new_template.template_id);
    CHECK(provider.says("client 1: disconnected: does not read: "));
    // One that reads gets them all, although they are more than may wait at a time.
    for (int i = 0; i < 30; ++i)
        good.request_transaction_data(work.new_template.template_id);
    int answers = 0;
    while (answers < 30 && good.receive().holds(SV2_MSG_TYPE_REQUEST_TRANSACTION_DATA_SUCCESS))
        ++answers;
    CHECK(answers == 30);
    {
        TemplateClient gone = provider.set_up();
        const Work last = start_work(gone, 100);
        // In one piece: what the system has not sent by the end of the connection, it drops.
        Bytes bytes;
        sv2_request_transaction_data request{};
        request.template_id = last.new_template.template_id;
        for (int i = 0; i < 60; ++i)
            append(bytes, sv2::encode(request).value());
        const Solved found = solve(last, true);
        sv2_submit_solution solution = found.message;
        solution.coinbase_tx = sv2::bytes(found.coinbase);
        append(bytes, sv2::encode(solution).value());
        gone.send_bytes(bytes);
    } // unread answers make its end a reset
    CHECK(provider.says("client 3: disconnected: connection lost"));
    CHECK(wait_for_blocks(node, 1)); // what it said last was read all the same
}

static void test_constraints() {
    TestNode node;
    node.set_transactions(
        {known_data::first_payment, make_transaction(900'000, 1), known_data::segwit_payment});
    Provider provider(node);
    TemplateClient client = provider.set_up();
    const Work all = start_work(client, 100);
    CHECK(sv2::text(all.new_template.coinbase_prefix) == std::string("\x02\x2d\x01"));
    CHECK(all.new_template.coinbase_tx_outputs_count == 1);
    CHECK(all.new_template.coinbase_tx_value_remaining == 5000010000);
    CHECK(all.prev_hash.nBits == 0x207fffff);
    CHECK(to_hash(all.prev_hash.prev_hash) == TestNode::previous_hash(301));
    CHECK(all.prev_hash.target.bytes[31] == 0x7f);

    // Room for large outputs costs the large transaction.
    const Work fewer = start_work(client, 200'000);
    CHECK(fewer.new_template.template_id > all.new_template.template_id);
    CHECK(fewer.new_template.coinbase_tx_value_remaining == 5000010000 - 1000);
    CHECK(provider.says("1 left out"));
    client.request_transaction_data(fewer.new_template.template_id);
    const KeptFrame answer = client.receive();
    CHECK(answer.holds(SV2_MSG_TYPE_REQUEST_TRANSACTION_DATA_SUCCESS));
    std::string received;
    const auto data = answer.as<sv2_request_transaction_data_success>();
    CHECK(data.excess_data.len == 0);
    CHECK(sv2::for_each(data.transaction_list, [&](sv2::const_span transaction) {
              received += to_hex(ByteView(transaction.data(), transaction.size())) + " ";
          }) == SV2_OK);
    CHECK_EQUAL(received,
                std::string(known_data::first_payment) + " " + known_data::segwit_payment + " ");
    // No signature operations are left for the transactions.
    const Work none = start_work(client, 100, 65535);
    CHECK(none.new_template.coinbase_tx_value_remaining == 5000010000);
}

static void test_new_tip_and_fees() {
    TestNode node;
    Provider provider(node, {"--fee-delta", "500"});
    TemplateClient first = provider.set_up(), second = provider.set_up(), third = provider.set_up();
    start_work(first, 100);
    start_work(second, 5000, 10);
    start_work(third, 100);
    std::uint64_t last_id = 0;
    for (const std::uint32_t height : {302u, 303u, 304u}) {
        node.set_height(height);
        for (TemplateClient *client : {&first, &second, &third}) {
            const Work work = receive_pair(*client);
            CHECK(work.new_template.template_id > last_id);
            last_id = work.new_template.template_id;
            CHECK(to_hash(work.prev_hash.prev_hash) == TestNode::previous_hash(height));
        }
    }
    node.set_fees(10400); // too little
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    node.set_fees(10500);
    for (TemplateClient *client : {&first, &second, &third}) {
        const KeptFrame frame = client->receive();
        CHECK(frame.holds(SV2_MSG_TYPE_NEW_TEMPLATE));
        const auto message = frame.as<sv2_new_template>();
        CHECK(message.future_template == 0);
        CHECK(message.coinbase_tx_value_remaining == 5000010500);
        CHECK(message.template_id > last_id);
        last_id = message.template_id;
    }
    CHECK(!first.receive(150).arrived);
}

static void test_transaction_data() {
    TestNode node;
    Provider provider(node);
    TemplateClient client = provider.set_up();
    const Work work = start_work(client, 100);
    const std::uint64_t id = work.new_template.template_id;
    const auto error_code = [&](std::uint64_t template_id) {
        client.request_transaction_data(template_id);
        const KeptFrame frame = client.receive();
        if (frame.holds(SV2_MSG_TYPE_REQUEST_TRANSACTION_DATA_SUCCESS))
            return std::string();
        const auto error = frame.as<sv2_request_transaction_data_error>();
        CHECK(error.template_id == template_id);
        return std::string(sv2::text(error.error_code));
    };
    CHECK_EQUAL(error_code(id), "");
    CHECK_EQUAL(error_code(id + 1), "template-id-not-found");
    CHECK_EQUAL(error_code(0), "template-id-not-found");
    // More templates than are kept for one client: the oldest of them is gone.
    for (int i = 0; i < 64; ++i)
        start_work(client, 100 + static_cast<std::uint32_t>(i));
    CHECK_EQUAL(error_code(id), "template-id-not-found");
    node.set_height(302);
    receive_pair(client);
    CHECK_EQUAL(error_code(id + 64), ""); // kept for a while
    CHECK_EQUAL(error_code(id), "stale-template-id");

    node.set_transactions({});
    node.set_height(303);
    const Work empty = receive_pair(client);
    CHECK(empty.new_template.merkle_path.count == 0);
    CHECK_EQUAL(error_code(empty.new_template.template_id), "");
}

static void test_solutions() {
    const std::vector<std::string> transactions{known_data::first_payment,
                                                known_data::segwit_payment};
    TestNode node;
    Provider provider(node);
    TemplateClient client = provider.set_up();
    const Work work = start_work(client, 100);

    const Solved missed = solve(work, false);
    submit(client, missed);
    CHECK(provider.says("misses the target: " + missed.hash));

    const Solved found = solve(work, true);
    submit(client, found);
    CHECK(wait_for_blocks(node, 1));
    CHECK_EQUAL(node.blocks().at(0), block_hex(found, transactions));
    CHECK(provider.says("the node accepted block " + found.hash));
    submit(client, found);
    CHECK(provider.says("block " + found.hash + " was submitted before"));

    // Without the witness that BIP141 demands; there is only one that it can have.
    Solved stripped = solve(work, true, false, 8);
    submit(client, stripped);
    CHECK(wait_for_blocks(node, 2));
    stripped.coinbase = make_coinbase(work.new_template, 8, true);
    CHECK_EQUAL(node.blocks().at(1), block_hex(stripped, transactions));

    node.set_refusal("bad-cb-height");
    const Solved refused = solve(work, true, true, 9);
    submit(client, refused);
    CHECK(provider.says("the node refused block " + refused.hash + ": bad-cb-height"));
    CHECK(provider.says("unsubmitted block " + refused.hash + ": " +
                        block_hex(refused, transactions)));
    node.set_refusal("");

    Solved unknown = solve(work, true, true, 10);
    unknown.message.template_id += 1000;
    submit(client, unknown);
    CHECK(provider.says("unsubmitted solution (no such template)"));
    CHECK(provider.says("coinbase_tx " + to_hex(unknown.coinbase)));
    Solved no_coinbase = solve(work, true, true, 11);
    no_coinbase.coinbase = unhex(known_data::first_payment);
    submit(client, no_coinbase);
    CHECK(provider.says("unsubmitted solution (coinbase_tx spends an output"));

    // The largest SubmitSolution that there can be is taken in and answered for.
    Solved longest = solve(work, true, true, 12);
    longest.coinbase = Bytes(65535, 0xab);
    submit(client, longest);
    CHECK(provider.says("unsubmitted solution (coinbase_tx: "));

    // The tip moves, and the block of the old one arrives late; then the client is gone and a new
    // connection brings another.
    const Solved late = solve(work, true, true, 13);
    node.set_height(302);
    const Work next = receive_pair(client);
    submit(client, late);
    CHECK(wait_for_blocks(node, 4)); // the refused one counts
    const Solved again = solve(next, true, true, 14);
    { const TemplateClient gone = std::move(client); }
    TemplateClient back = provider.set_up();
    start_work(back, 100);
    submit(back, again);
    CHECK(wait_for_blocks(node, 5));
    CHECK_EQUAL(node.blocks().back(), block_hex(again, transactions));

    // Against the order of messages, but a block: it is submitted, and the connection ends.
    const Solved hasty = solve(next, true, true, 15);
    TemplateClient without_constraints = provider.set_up();
    submit(without_constraints, hasty);
    CHECK(without_constraints.is_closed());
    CHECK(wait_for_blocks(node, 6));
}

static void test_node_away() {
    TestNode node;
    node.set_away(true);
    Provider provider(node);
    CHECK(provider.says("the node is away: "));
    TemplateClient client = provider.set_up();
    client.send_constraints(100);
    CHECK(provider.says("waits for the node's first template"));
    client.send_constraints(200); // the last word counts
    CHECK(!client.receive(50).arrived);
    node.set_away(false);
    const Work work = receive_pair(client);
    CHECK(provider.says("the node answers again"));
    CHECK(!client.receive(200).arrived);

    const std::size_t from = provider.process().line_count();
    node.set_away(true);
    CHECK(provider.says("the node is away: ", from));
    const Solved found = solve(work, true);
    submit(client, found); // waits for the node
    node.set_away(false);
    CHECK(provider.says("the node accepted block " + found.hash));
    CHECK(node.blocks().size() == 1);

    // At the end of the provider nothing is lost either.
    node.set_away(true);
    const Solved last = solve(work, true, true, 8);
    submit(client, last);
    CHECK(provider.says("found block " + last.hash));
    CHECK(provider.stop() == 0);
    CHECK(provider.says("unsubmitted block " + last.hash + ": " +
                        block_hex(last, {known_data::first_payment, known_data::segwit_payment})));
}

static void test_unauthorized() {
    TestNode node;
    node.set_unauthorized();
    ProviderProcess process(Provider::program(),
                            {"--listen", "127.0.0.1:0", "--rpc-url", node.url(), "--rpc-user",
                             "demo", "--rpc-password-file", password_file(), "--insecure"});
    CHECK(process.wait_for_end() == 1);
    CHECK(!process.wait_for("the node does not accept the user and password").empty());
    CHECK(!process.wait_for("--insecure: links are plain TCP").empty());
}

static void test_pieces() {
    TestNode node;
    Provider provider(node);
    TemplateClient client = provider.connect();
    sv2_setup_connection setup{};
    setup.protocol = SV2_PROTOCOL_TEMPLATE_DISTRIBUTION;
    setup.min_version = setup.max_version = 2;
    const std::string vendor(255, 'v'); // the longest, which CompactSize readers get wrong
    setup.vendor = sv2::bytes(vendor);
    Bytes bytes = sv2::encode(setup).value();
    sv2_coinbase_output_constraints constraints{};
    constraints.coinbase_output_max_additional_size = 100;
    for (const std::uint8_t byte : sv2::encode(constraints).value())
        bytes.push_back(byte);
    for (const std::uint8_t byte : bytes)
        client.send_bytes({byte});
    CHECK(client.receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION_SUCCESS));
    receive_pair(client);

    // Everything in one piece, and no more to say: the answers come all the same.
    TemplateClient at_once = provider.connect();
    at_once.send_bytes(bytes);
    at_once.end_output();
    CHECK(at_once.receive().holds(SV2_MSG_TYPE_SETUP_CONNECTION_SUCCESS));
    receive_pair(at_once);
    CHECK(at_once.is_closed() && !at_once.was_reset());
}

static void test_many_clients() {
    TestNode node;
    Provider provider(node, {"--max-clients", "51"});
    std::vector<TemplateClient> clients;
    for (int i = 0; i < 50; ++i) {
        clients.push_back(provider.set_up());
        start_work(clients.back(), static_cast<std::uint32_t>(i) * 10);
    }
    // Who connects and goes no further keeps nobody out.
    TemplateClient stranger = provider.connect();
    TemplateClient garbage = provider.connect();
    CHECK(stranger.is_closed());
    CHECK(provider.says("others need its place"));
    std::uint32_t state = 1;
    Bytes noise;
    for (int i = 0; i < 5000; ++i)
        noise.push_back(static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24));
    noise[0] = noise[1] = noise[2] = 0; // a SetupConnection
    noise[3] = noise[5] = 0;
    noise[4] = 1;
    garbage.send_bytes(noise);
    CHECK(garbage.is_closed());
    clients.push_back(provider.set_up());
    start_work(clients.back(), 510);
    TemplateClient one_too_many = provider.connect();
    CHECK(one_too_many.is_closed());
    CHECK(provider.says("51 clients are set up already"));
    node.set_height(302);
    for (TemplateClient &client : clients)
        receive_pair(client);
    CHECK(provider.stop() == 0);
    for (TemplateClient &client : clients)
        CHECK(client.is_closed() && !client.was_reset());
}

static void test_json_and_ipv6() {
    TestNode node;
    ProviderProcess process(Provider::program(),
                            {"--listen", "[::1]:0", "--rpc-url", node.url(), "--rpc-user", "demo",
                             "--rpc-password-file", password_file(), "--insecure", "--json"});
    const std::string line = process.wait_for("\"listening\"");
    const Json event = Json::parse(line, nullptr, false);
    CHECK(event.is_object());
    CHECK(event.is_object() && event.value("address", "").rfind("[::1]:", 0) == 0);
    CHECK(!process.wait_for("\"block_template\"").empty());
    CHECK(process.stop() == 0);
}

static void test_command_line() {
    const struct {
        std::vector<std::string> arguments;
        const char *message;
    } cases[] = {
        {{"--insecure"}, "--rpc-url is missing"},
        {{"--insecure", "--rpc-url", "http://127.0.0.1:1"},
         "either a user and a password, or a cookie file"},
        {{"--insecure", "--rpc-url", "http://127.0.0.1:1", "--rpc-user", "a"}, "belong together"},
        {{"--rpc-url", "http://127.0.0.1:1"}, "--key FILE and --certificate FILE are missing"},
        {{"--rpc-url", "http://127.0.0.1:1", "--key", "a"},
         "--key FILE and --certificate FILE are missing"},
        {{"--rpc-url", "http://127.0.0.1:1", "--certificate", "a"},
         "`sv2-key generate` and `sv2-key sign` make them"},
        {{"--rpc-url", "http://127.0.0.1:1", "--insecure", "--key", "a"},
         "--insecure means plain TCP"},
        {{"--handshakes-per-second", "0"}, "--handshakes-per-second must be a number"},
        {{"--listen", "8442"}, "--listen must be HOST:PORT"},
        {{"--listen", "::1:8442"}, "--listen must be HOST:PORT"},
        {{"--listen", "127.0.0.1:65536"}, "--listen must be HOST:PORT"},
        {{"--max-clients", "0"}, "--max-clients must be a number"},
        {{"--fee-delta", "1k"}, "--fee-delta must be a number"},
        {{"--refresh", "nan"}, "--refresh must be a number of seconds"},
        {{"--rpc-url"}, "--rpc-url needs a value"},
        {{"--surprise"}, "unknown option --surprise"},
    };
    for (const auto &one : cases) {
        ProviderProcess process(Provider::program(), one.arguments);
        CHECK(!process.wait_for(one.message).empty());
        CHECK(process.wait_for_end() != 0);
    }
    ProviderProcess process(Provider::program(), {"--help"});
    CHECK(!process.wait_for("--rpc-cookie-file FILE").empty());
    CHECK(process.wait_for_end() == 0);
}

int main(int argc, char **argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: provider_test PROGRAM\n");
        return 2;
    }
    Provider::program() = argv[1];
    run_groups({
        {"setup refused", test_setup_refused},
        {"order of messages", test_order_of_messages},
        {"bad input", test_bad_input},
        {"ignored messages", test_ignored_messages},
        {"timeouts", test_timeouts},
        {"client that never reads", test_client_that_never_reads},
        {"constraints", test_constraints},
        {"new tip and fees", test_new_tip_and_fees},
        {"transaction data", test_transaction_data},
        {"solutions", test_solutions},
        {"node away", test_node_away},
        {"unauthorized", test_unauthorized},
        {"pieces", test_pieces},
        {"many clients", test_many_clients},
        {"json and ipv6", test_json_and_ipv6},
        {"command line", test_command_line},
    });
    std::remove(password_file().c_str());
    return report("provider_test");
}
