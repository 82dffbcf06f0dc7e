// SPDX-License-Identifier: MIT
// What getblocktemplate may answer, and what is refused with which words.
#include "../block_template.hpp"
#include "../transaction.hpp"
#include "../witness_commitment.hpp"
#include "check.hpp"
#include "known_data.hpp"

#include <functional>

#include <nlohmann/json.hpp>

using namespace template_provider;
using Json = nlohmann::json;

static Json transaction_entry(const char *data, std::uint64_t fee) {
    const Bytes bytes = unhex(data);
    const Transaction parsed = parse_transaction(bytes);
    return Json{{"data", data},
                {"txid", to_reversed_hex(parsed.txid)},
                {"hash", to_reversed_hex(parsed.wtxid)},
                {"depends", Json::array()},
                {"fee", fee},
                {"sigops", 4},
                {"weight", parsed.weight}};
}

static Json good_answer() {
    Json answer{{"version", 0x20000000},
                {"previousblockhash", known_data::block_100000_previous},
                {"bits", "207fffff"},
                {"target", "7fffff0000000000000000000000000000000000000000000000000000000000"},
                {"curtime", 1700000000},
                {"mintime", 1699999000},
                {"height", 301},
                {"coinbasevalue", 5000030000},
                {"weightlimit", 4000000},
                {"sigoplimit", 80000},
                {"longpollid", "some-id"},
                {"rules", {"csv", "!segwit"}}};
    answer["transactions"] = Json::array({transaction_entry(known_data::first_payment, 10000),
                                          transaction_entry(known_data::segwit_payment, 20000)});
    answer["transactions"][1]["depends"] = {1};
    return answer;
}

static std::vector<Hash256> wtxids_of(const BlockTemplate &parsed) {
    std::vector<Hash256> wtxids;
    for (const TemplateTransaction &transaction : parsed.transactions)
        wtxids.push_back(transaction.wtxid);
    return wtxids;
}

static void test_good_answer() {
    const BlockTemplate parsed = parse_block_template(good_answer());
    CHECK(parsed.version == 0x20000000 && parsed.bits == 0x207fffff && parsed.height == 301);
    CHECK(parsed.curtime == 1700000000 && parsed.mintime == 1699999000);
    CHECK(parsed.coinbasevalue == 5000030000 && parsed.weight_limit == 4000000);
    CHECK(parsed.sigop_limit == 80000 && parsed.longpollid == "some-id");
    CHECK_EQUAL(to_reversed_hex(parsed.previous_hash), known_data::block_100000_previous);
    CHECK(parsed.target[31] == 0x7f && parsed.target[0] == 0);
    CHECK(parsed.transactions.size() == 2);
    CHECK_EQUAL(to_reversed_hex(parsed.transactions[0].txid), known_data::first_payment_txid);
    CHECK(parsed.transactions[1].fee == 20000 && parsed.transactions[1].sigops == 4);
    CHECK(parsed.transactions[1].depends == std::vector<std::size_t>{0});
    // It has a witness, so the commitment is there although the node sent none.
    CHECK(parsed.has_segwit());
    CHECK(*parsed.default_witness_commitment ==
          witness_commitment_script(witness_commitment(wtxids_of(parsed))));
}

static void test_witness_commitment_forms() {
    Json answer = good_answer();
    const Bytes script = *parse_block_template(answer).default_witness_commitment;
    answer["default_witness_commitment"] = to_hex(script); // Bitcoin Core
    CHECK(parse_block_template(answer).default_witness_commitment == script);
    answer["default_witness_commitment"] = to_hex(script).substr(12); // btcd
    CHECK(parse_block_template(answer).default_witness_commitment == script);
    answer["default_witness_commitment"] = to_hex(script) + "04ecc7daa2"; // more in the script
    CHECK(parse_block_template(answer).default_witness_commitment->size() == script.size() + 5);

    answer["transactions"] = Json::array();
    answer.erase("default_witness_commitment");
    CHECK(!parse_block_template(answer).has_segwit());
}

static void test_optional_fields_and_ranges() {
    Json answer = good_answer();
    for (const char *key : {"target", "mintime", "weightlimit", "sigoplimit", "longpollid"})
        answer.erase(key);
    for (const char *key : {"txid", "hash", "weight", "depends"})
        answer["transactions"][0].erase(key);
    const BlockTemplate parsed = parse_block_template(answer);
    CHECK(parsed.weight_limit == 4000000 && parsed.sigop_limit == 80000);
    CHECK(parsed.mintime == 0 && parsed.longpollid.empty() && parsed.target[31] == 0x7f);

    answer["version"] = -2147483648LL;
    CHECK(parse_block_template(answer).version == 0x80000000);
    answer["version"] = 4294967295LL;
    CHECK(parse_block_template(answer).version == 0xffffffff);
    answer["bits"] = "4123456"; // without its leading zero
    CHECK(parse_block_template(answer).bits == 0x04123456);
}

static void test_malformed_answers() {
    const struct {
        std::function<void(Json &)> change;
        std::string text; // behind "block template: "
    } vectors[] = {
        {[](Json &answer) { answer = Json::array(); }, "the answer is not an object"},
        {[](Json &answer) { answer.erase("version"); }, "version is missing"},
        {[](Json &answer) { answer["version"] = "1"; }, "version is not an integer"},
        {[](Json &answer) { answer["version"] = -2147483649LL; },
         "version does not fit into 32 bits"},
        {[](Json &answer) { answer["previousblockhash"] = "00"; },
         "previousblockhash is not 32 bytes in hexadecimal"},
        {[](Json &answer) { answer["previousblockhash"] = 7; },
         "previousblockhash is not a string"},
        {[](Json &answer) { answer["bits"] = ""; }, "bits is not a 32-bit number in hexadecimal"},
        {[](Json &answer) { answer["bits"] = "0207fffff"; },
         "bits is not a 32-bit number in hexadecimal"},
        {[](Json &answer) { answer["bits"] = "ff7fffff"; }, "bits stands for no target"},
        {[](Json &answer) { answer["target"] = std::string(64, '0'); },
         "target is not the target of bits"},
        {[](Json &answer) { answer["curtime"] = 4294967296LL; },
         "curtime is 4294967296, at most 4294967295 is possible"},
        {[](Json &answer) { answer["height"] = -1; }, "height is negative"},
        {[](Json &answer) { answer["height"] = 1.5; }, "height is not an integer"},
        {[](Json &answer) { answer["coinbasevalue"] = nullptr; }, "coinbasevalue is missing"},
        {[](Json &answer) { answer["coinbasevalue"] = 29999; },
         "coinbasevalue is less than the fees of the transactions"},
        {[](Json &answer) { answer["transactions"] = 3; }, "transactions is not an array"},
        {[](Json &answer) { answer["transactions"][1] = 3; }, "transactions[1] is not an object"},
        {[](Json &answer) { answer["transactions"][1]["data"] = "0z"; },
         "transactions[1].data is not hexadecimal"},
        {[](Json &answer) { answer["transactions"][1]["data"] = "01000000"; },
         "transactions[1].data is not a transaction: the number of inputs is cut off at byte 4"},
        {[](Json &answer) { answer["transactions"][0]["txid"] = std::string(64, '1'); },
         "transactions[0].txid is not the id of its data"},
        {[](Json &answer) {
             answer["transactions"][1]["hash"] = answer["transactions"][1]["txid"];
         },
         "transactions[1].hash is not the hash of its data"},
        {[](Json &answer) { answer["transactions"][0]["weight"] = 1; },
         "transactions[0].weight is not the weight of its data"},
        {[](Json &answer) { answer["transactions"][0].erase("fee"); },
         "transactions[0].fee is missing"},
        {[](Json &answer) { answer["transactions"][0]["fee"] = -5; },
         "transactions[0].fee is negative"},
        {[](Json &answer) { answer["transactions"][0].erase("sigops"); },
         "transactions[0].sigops is missing"},
        {[](Json &answer) { answer["transactions"][0]["depends"] = {1}; },
         "transactions[0].depends names transaction 1, which does not come before this one"},
        {[](Json &answer) { answer["transactions"][1]["depends"] = {0}; },
         "transactions[1].depends names transaction 0, which does not come before this one"},
        {[](Json &answer) { answer["transactions"][1]["depends"] = {"1"}; },
         "transactions[1].depends is not an integer"},
        {[](Json &answer) { answer["default_witness_commitment"] = "6a24aa21a9ed"; },
         "default_witness_commitment does not commit to the witnesses of the transactions"},
        {[](Json &answer) { answer["default_witness_commitment"] = std::string(64, '0'); },
         "default_witness_commitment does not commit to the witnesses of the transactions"},
    };
    for (const auto &vector : vectors) {
        Json answer = good_answer();
        vector.change(answer);
        CHECK_EQUAL(error_of<BlockTemplateError>([&] { parse_block_template(answer); }),
                    "block template: " + vector.text);
    }
}

int main() {
    test_good_answer();
    test_witness_commitment_forms();
    test_optional_fields_and_ranges();
    test_malformed_answers();
    return report("block_template_test");
}
