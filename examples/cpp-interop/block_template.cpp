// SPDX-License-Identifier: MIT
#include "block_template.hpp"

#include "target.hpp"
#include "transaction.hpp"
#include "witness_commitment.hpp"

#include <algorithm>
#include <limits>

#include <nlohmann/json.hpp>

namespace template_provider {

namespace {

using Json = nlohmann::json;

constexpr std::uint64_t most_satoshi = 21'000'000ULL * 100'000'000ULL;
constexpr std::uint64_t consensus_weight_limit = 4'000'000; // BIP141
constexpr std::uint64_t consensus_sigop_limit = 80'000;     // BIP141, in its unit of cost

[[noreturn]] void fail(const std::string &field, const std::string &problem) {
    throw BlockTemplateError("block template: " + field + " " + problem);
}

// One object of the answer, and where in the answer it stands.
class Fields {
  public:
    Fields(const Json &object, std::string place) : object_(object), place_(std::move(place)) {
        if (!object_.is_object())
            fail(place_.empty() ? "the answer" : place_, "is not an object");
    }

    std::string name(const char *key) const { return place_.empty() ? key : place_ + "." + key; }

    const Json *find(const char *key) const {
        const auto found = object_.find(key);
        return found == object_.end() || found->is_null() ? nullptr : &*found;
    }

    const Json &require(const char *key) const {
        const Json *found = find(key);
        if (found == nullptr)
            fail(name(key), "is missing");
        return *found;
    }

    std::uint64_t integer(const char *key, std::uint64_t most) const {
        return integer_value(require(key), name(key), most);
    }

    std::uint64_t integer_or(const char *key, std::uint64_t fallback, std::uint64_t most) const {
        const Json *found = find(key);
        return found == nullptr ? fallback : integer_value(*found, name(key), most);
    }

    std::uint32_t u32(const char *key) const {
        return static_cast<std::uint32_t>(integer(key, std::numeric_limits<std::uint32_t>::max()));
    }

    const std::string &text(const char *key) const {
        const Json &value = require(key);
        if (!value.is_string())
            fail(name(key), "is not a string");
        return value.get_ref<const std::string &>();
    }

    Hash256 hash(const char *key) const {
        Hash256 value{};
        if (!from_reversed_hex(text(key), value))
            fail(name(key), "is not 32 bytes in hexadecimal");
        return value;
    }

    Bytes bytes(const char *key) const {
        Bytes value;
        if (!from_hex(text(key), value))
            fail(name(key), "is not hexadecimal");
        return value;
    }

    static std::uint64_t integer_value(const Json &value, const std::string &field,
                                       std::uint64_t most) {
        if (!value.is_number_integer())
            fail(field, "is not an integer");
        if (!value.is_number_unsigned() && value.get<std::int64_t>() < 0)
            fail(field, "is negative");
        const auto number = value.get<std::uint64_t>();
        if (number > most)
            fail(field, "is " + std::to_string(number) + ", at most " + std::to_string(most) +
                            " is possible");
        return number;
    }

  private:
    const Json &object_;
    std::string place_;
};

// A signed 32-bit number in JSON, whose bits go into the header.
std::uint32_t parse_version(const Fields &fields) {
    const Json &value = fields.require("version");
    if (!value.is_number_integer())
        fail("version", "is not an integer");
    if (value.is_number_unsigned())
        return fields.u32("version");
    const auto number = value.get<std::int64_t>();
    if (number < std::numeric_limits<std::int32_t>::min())
        fail("version", "does not fit into 32 bits");
    return static_cast<std::uint32_t>(number);
}

std::uint32_t parse_bits(const Fields &fields) {
    // btcd leaves leading zeros out, so the number of digits varies.
    const std::string &text = fields.text("bits");
    Bytes bytes;
    if (text.empty() || text.size() > 8 ||
        !from_hex(std::string(8 - text.size(), '0') + text, bytes))
        fail("bits", "is not a 32-bit number in hexadecimal");
    std::uint32_t bits = 0;
    for (const std::uint8_t byte : bytes)
        bits = bits << 8 | byte;
    return bits;
}

Hash256 parse_target(const Fields &fields, std::uint32_t bits) {
    Hash256 from_bits{};
    if (!target_from_bits(bits, from_bits))
        fail("bits", "stands for no target");
    if (fields.find("target") != nullptr && fields.hash("target") != from_bits)
        fail("target", "is not the target of bits");
    return from_bits;
}

std::vector<std::size_t> parse_depends(const Fields &fields, std::size_t own_index) {
    std::vector<std::size_t> depends;
    const Json *list = fields.find("depends");
    if (list == nullptr)
        return depends;
    if (!list->is_array())
        fail(fields.name("depends"), "is not an array");
    for (const Json &entry : *list) {
        // BIP22 counts the transactions from 1.
        const std::uint64_t number = Fields::integer_value(
            entry, fields.name("depends"), std::numeric_limits<std::uint32_t>::max());
        if (number == 0 || number > own_index)
            fail(fields.name("depends"), "names transaction " + std::to_string(number) +
                                             ", which does not come before this one");
        depends.push_back(static_cast<std::size_t>(number - 1));
    }
    return depends;
}

// Everything that can be computed from the bytes is, and what the node says must agree: a merkle
// tree over wrong ids would cost a block.
TemplateTransaction parse_template_transaction(const Fields &fields, std::size_t index) {
    TemplateTransaction transaction;
    transaction.data = fields.bytes("data");
    try {
        const Transaction parsed = parse_transaction(transaction.data);
        transaction.txid = parsed.txid;
        transaction.wtxid = parsed.wtxid;
        transaction.weight = parsed.weight;
    } catch (const TransactionError &error) {
        fail(fields.name("data"), std::string("is not a transaction: ") + error.what());
    }
    if (fields.find("txid") != nullptr && fields.hash("txid") != transaction.txid)
        fail(fields.name("txid"), "is not the id of its data");
    if (fields.find("hash") != nullptr && fields.hash("hash") != transaction.wtxid)
        fail(fields.name("hash"), "is not the hash of its data");
    if (fields.integer_or("weight", transaction.weight, consensus_weight_limit) !=
        transaction.weight)
        fail(fields.name("weight"), "is not the weight of its data");
    transaction.sigops = fields.integer("sigops", consensus_sigop_limit);
    transaction.fee = fields.integer("fee", most_satoshi);
    transaction.depends = parse_depends(fields, index);
    return transaction;
}

// BIP145 makes this field a whole scriptPubKey. btcd gives the 32 bytes of the commitment alone.
Bytes parse_witness_commitment(const Fields &fields, const std::vector<Hash256> &wtxids) {
    const char *key = "default_witness_commitment";
    Bytes script = fields.bytes(key);
    const Bytes computed = witness_commitment_script(witness_commitment(wtxids));
    if (script.size() == std::tuple_size<Hash256>::value)
        script.insert(script.begin(), computed.begin(), computed.begin() + 6);
    // A script may go on behind the commitment: BIP141 gives no meaning to what follows.
    if (script.size() < computed.size() ||
        !std::equal(computed.begin(), computed.end(), script.begin()))
        fail(key, "does not commit to the witnesses of the transactions");
    return script;
}

} // namespace

BlockTemplate parse_block_template(const Json &answer) {
    const Fields fields(answer, "");
    BlockTemplate parsed;
    parsed.version = parse_version(fields);
    parsed.previous_hash = fields.hash("previousblockhash");
    parsed.bits = parse_bits(fields);
    parsed.target = parse_target(fields, parsed.bits);
    parsed.curtime = fields.u32("curtime");
    parsed.mintime = static_cast<std::uint32_t>(
        fields.integer_or("mintime", 0, std::numeric_limits<std::uint32_t>::max()));
    parsed.height = fields.u32("height");
    parsed.coinbasevalue = fields.integer("coinbasevalue", most_satoshi);
    parsed.weight_limit =
        fields.integer_or("weightlimit", consensus_weight_limit, consensus_weight_limit);
    parsed.sigop_limit =
        fields.integer_or("sigoplimit", consensus_sigop_limit, consensus_sigop_limit);
    if (fields.find("longpollid") != nullptr)
        parsed.longpollid = fields.text("longpollid");

    const Json &transactions = fields.require("transactions");
    if (!transactions.is_array())
        fail("transactions", "is not an array");
    std::vector<Hash256> wtxids;
    bool any_witness = false;
    std::uint64_t fees = 0;
    for (const Json &entry : transactions) {
        const std::size_t index = parsed.transactions.size();
        const Fields place(entry, "transactions[" + std::to_string(index) + "]");
        parsed.transactions.push_back(parse_template_transaction(place, index));
        const TemplateTransaction &transaction = parsed.transactions.back();
        wtxids.push_back(transaction.wtxid);
        any_witness = any_witness || transaction.wtxid != transaction.txid;
        fees += transaction.fee;
        if (fees > parsed.coinbasevalue)
            fail("coinbasevalue", "is less than the fees of the transactions");
    }
    if (fields.find("default_witness_commitment") != nullptr)
        parsed.default_witness_commitment = parse_witness_commitment(fields, wtxids);
    else if (any_witness)
        parsed.default_witness_commitment = witness_commitment_script(witness_commitment(wtxids));
    return parsed;
}

} // namespace template_provider
