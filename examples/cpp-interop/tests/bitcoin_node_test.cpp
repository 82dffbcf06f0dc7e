// SPDX-License-Identifier: MIT
// The JSON-RPC client and the watcher, against a node that does what the test says.
#include "../template_watcher.hpp"
#include "check.hpp"
#include "scripted_node.hpp"

#include <fstream>

using namespace template_provider;
using Json = nlohmann::json;
using namespace std::chrono_literals;

static NodeAccess access_to(const ScriptedNode &scripted) {
    NodeAccess access;
    access.url = scripted.url();
    access.user = "demo";
    access.password = "pass:word";
    return access;
}

static Json template_answer(std::uint32_t height, std::uint64_t coinbasevalue,
                            const std::string &longpollid) {
    return Json{{"version", 0x20000000},
                {"previousblockhash", std::string(60, '0') + std::to_string(1000 + height)},
                {"bits", "207fffff"},
                {"curtime", 1700000000},
                {"height", height},
                {"coinbasevalue", coinbasevalue},
                {"longpollid", longpollid},
                {"transactions", Json::array()}};
}

template <typename Function> static NodeErrorKind kind_of(Function function) {
    try {
        function();
    } catch (const NodeError &error) {
        return error.kind();
    }
    std::fprintf(stderr, "no error was thrown\n");
    ++failures;
    return NodeErrorKind::configuration;
}

static void test_requests() {
    std::vector<ScriptedRequest> requests;
    ScriptedNode scripted([&](const ScriptedRequest &request) {
        requests.push_back(request); // one connection at a time here
        if (request.method == "getbestblockhash")
            return result_answer(std::string(62, '0') + "2a");
        return result_answer(template_answer(301, 5000000000, "first"));
    });
    BitcoinNode node(access_to(scripted));
    CHECK(node.get_best_block_hash()[0] == 0x2a);
    CHECK(node.get_block_template().height == 301);
    CHECK(node.wait_for_block_template("some id").longpollid == "first");
    CHECK(requests.size() == 3);
    CHECK_EQUAL(requests[0].authorization, "Basic ZGVtbzpwYXNzOndvcmQ=");
    CHECK(requests[1].parameters[0]["rules"] == Json::array({"segwit"}));
    CHECK(!requests[1].parameters[0].contains("longpollid"));
    CHECK(requests[2].parameters[0]["longpollid"] == "some id");
}

static void test_errors() {
    const struct {
        ScriptedAnswer answer;
        NodeErrorKind kind;
        const char *text;
    } vectors[] = {
        {{401, "", false},
         NodeErrorKind::unauthorized,
         "getbestblockhash: the node refuses the user or the password"},
        {{503, "Work queue depth exceeded", false},
         NodeErrorKind::overloaded,
         "getbestblockhash: the node has too much to do"},
        {error_answer(500, -28, "Loading block index"), NodeErrorKind::not_ready,
         "getbestblockhash: Loading block index (-28)"},
        {error_answer(200, -32601, "Method not found"), NodeErrorKind::refused,
         "getbestblockhash: Method not found (-32601)"},
        {{200, "<html>", false},
         NodeErrorKind::malformed_answer,
         "getbestblockhash: the node's answer is not JSON-RPC (HTTP status 200)"},
        {{200, "{}", false},
         NodeErrorKind::malformed_answer,
         "getbestblockhash: the answer has no result"},
        {result_answer(7), NodeErrorKind::malformed_answer, "getbestblockhash: not a hash"},
    };
    for (const auto &vector : vectors) {
        ScriptedNode scripted([&](const ScriptedRequest &) { return vector.answer; });
        BitcoinNode node(access_to(scripted));
        CHECK(kind_of([&] { node.get_best_block_hash(); }) == vector.kind);
        CHECK_EQUAL(error_of<NodeError>([&] { node.get_best_block_hash(); }), vector.text);
    }

    ScriptedNode scripted([](const ScriptedRequest &) { return result_answer(Json::object()); });
    BitcoinNode node(access_to(scripted));
    CHECK_EQUAL(error_of<NodeError>([&] { node.get_block_template(); }),
                "block template: version is missing");

    NodeAccess nobody;
    {
        const ScriptedNode gone([](const ScriptedRequest &) { return ScriptedAnswer{}; });
        nobody = access_to(gone);
    }
    BitcoinNode away(nobody);
    CHECK(kind_of([&] { away.get_best_block_hash(); }) == NodeErrorKind::unreachable);
}

static void test_access() {
    const struct {
        NodeAccess access;
        const char *text;
    } vectors[] = {
        {{"127.0.0.1:8332", "u", "p", "", ""},
         "the node's URL must start with http:// or https://"},
        {{"http://u:p@127.0.0.1", "u", "p", "", ""},
         "the node's URL must not contain user and password"},
        {{"http://127.0.0.1", "", "", "", ""},
         "the node needs either a user and a password, or a cookie file"},
        {{"http://127.0.0.1", "u", "p", "cookie", ""},
         "the node needs either a user and a password, or a cookie file"},
        {{"http://127.0.0.1", "u", "p", "", "rpc.cert"},
         "a certificate for the node makes sense with https:// only"},
    };
    for (const auto &vector : vectors)
        CHECK_EQUAL(error_of<NodeError>([&] { BitcoinNode node(vector.access); }), vector.text);
}

static void test_cookie_file() {
    char path[] = "/tmp/libsv2-cookie-XXXXXX";
    const int descriptor = mkstemp(path);
    CHECK(descriptor >= 0);
    close(descriptor);
    std::string authorization;
    ScriptedNode scripted([&](const ScriptedRequest &request) {
        authorization = request.authorization;
        return result_answer(std::string(64, '0'));
    });
    NodeAccess access;
    access.url = scripted.url();
    access.cookie_file = path;
    BitcoinNode node(access);
    std::ofstream(path) << "__cookie__:one";
    node.get_best_block_hash();
    CHECK_EQUAL(authorization, "Basic X19jb29raWVfXzpvbmU=");
    std::ofstream(path) << "__cookie__:two\n"; // the node was restarted
    node.get_best_block_hash();
    CHECK_EQUAL(authorization, "Basic X19jb29raWVfXzp0d28=");
    unlink(path);
    CHECK(kind_of([&] { node.get_best_block_hash(); }) == NodeErrorKind::not_ready);
}

static void test_submit_block() {
    const struct {
        Json result;
        bool accepted;
        const char *reason;
    } vectors[] = {
        {nullptr, true, ""},
        {"duplicate", true, "duplicate"},
        {"rejected: already have block 00ff", true, "rejected: already have block 00ff"},
        {"rejected: already have block (orphan) 00ff", false,
         "rejected: already have block (orphan) 00ff"},
        {"high-hash", false, "high-hash"},
        {"inconclusive", false, "inconclusive"},
    };
    for (const auto &vector : vectors) {
        ScriptedNode scripted([&](const ScriptedRequest &request) {
            CHECK(request.parameters == Json::array({"0001ff"}));
            return result_answer(vector.result);
        });
        BitcoinNode node(access_to(scripted));
        const SubmitBlockResult result = node.submit_block(Bytes{0x00, 0x01, 0xff});
        CHECK(result.accepted == vector.accepted);
        CHECK_EQUAL(result.reason, vector.reason);
    }

    std::atomic<int> attempts{0};
    ScriptedNode scripted([&](const ScriptedRequest &) {
        return ++attempts == 1 ? ScriptedAnswer{503, "", false} : result_answer(nullptr);
    });
    std::vector<std::string> said;
    NodeWatch watch;
    watch.away = [&](const NodeError &error, std::chrono::seconds retry_in) {
        said.push_back(std::string(error.what()) + ", again in " +
                       std::to_string(retry_in.count()));
    };
    watch.back = [&] { said.push_back("back"); };
    BitcoinNode node(access_to(scripted), watch);
    CHECK(node.submit_block(Bytes{1}).accepted && attempts == 2);
    CHECK(said.size() == 2);
    CHECK_EQUAL(said.front(), "submitblock: the node has too much to do, again in 1");
    CHECK_EQUAL(said.back(), "back");
}

static void test_cancel() {
    ScriptedNode scripted([](const ScriptedRequest &) { return ScriptedAnswer{200, "", true}; });
    BitcoinNode node(access_to(scripted));
    std::thread later([&] {
        std::this_thread::sleep_for(100ms);
        node.cancel();
    });
    const auto began = std::chrono::steady_clock::now();
    CHECK(kind_of([&] { node.wait_for_block_template("id"); }) == NodeErrorKind::cancelled);
    // Far below the timeouts; the bound is wide because machines are busy.
    CHECK(std::chrono::steady_clock::now() - began < 10s);
    later.join();
    CHECK(kind_of([&] { node.submit_block(Bytes{1}); }) == NodeErrorKind::cancelled);
    CHECK(!node.wait(1h));
}

// The script of the watcher's test: a long poll brings a tip, then the memory pool changes.
static void test_watcher() {
    std::atomic<std::uint64_t> value{5000000000};
    std::atomic<std::uint32_t> height{301};
    ScriptedNode scripted([&](const ScriptedRequest &request) -> ScriptedAnswer {
        if (!request.parameters[0].contains("longpollid"))
            return result_answer(template_answer(height, value, "id of " + std::to_string(height)));
        if (request.parameters[0]["longpollid"] == "id of 302")
            return {200, "", true};
        height = 302;
        return result_answer(template_answer(302, value, "id of 302"));
    });
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> seen;
    const auto wait_for = [&](std::size_t count) {
        std::unique_lock<std::mutex> lock(mutex);
        CHECK(changed.wait_for(lock, 20s, [&] { return seen.size() >= count; }));
    };
    BitcoinNode node(access_to(scripted));
    {
        TemplateWatcherOptions options;
        options.refresh_interval = 20ms;
        TemplateWatcher watcher(
            node, options,
            [&](std::shared_ptr<const BlockTemplate> block_template, TemplateChange change) {
                const std::lock_guard<std::mutex> lock(mutex);
                seen.push_back(std::to_string(block_template->height) +
                               (change == TemplateChange::new_tip ? " tip " : " fees ") +
                               std::to_string(block_template->coinbasevalue));
                changed.notify_all();
            },
            [&](const NodeError &error) { CHECK_EQUAL(error.what(), "no failure"); });
        wait_for(2);
        value += 999; // below the threshold
        std::this_thread::sleep_for(100ms);
        value += 1;
        wait_for(3);
    }
    CHECK(seen == (std::vector<std::string>{"301 tip 5000000000", "302 tip 5000000000",
                                            "302 fees 5000001000"}));
}

int main() {
    test_requests();
    test_errors();
    test_access();
    test_cookie_file();
    test_submit_block();
    test_cancel();
    test_watcher();
    return report("bitcoin_node_test");
}
