// SPDX-License-Identifier: MIT
// A Bitcoin node that says what a test wants it to say.
#pragma once

#include "../transaction.hpp"
#include "../witness_commitment.hpp"
#include "check.hpp"
#include "known_data.hpp"
#include "scripted_node.hpp"

#include <memory>
#include <mutex>

// A node without a long poll: the provider asks it again and again.
class TestNode {
  public:
    TestNode()
        : scripted_(std::make_unique<ScriptedNode>(
              [this](const ScriptedRequest &request) { return answer(request); })) {}

    const std::string &url() const { return scripted_->url(); }

    void set_height(std::uint32_t height) {
        change([&] { height_ = height; });
    }
    void set_fees(std::uint64_t fees) {
        change([&] { fees_ = fees; });
    }
    void set_bits(const std::string &bits) {
        change([&] { bits_ = bits; });
    }
    void set_away(bool away) {
        change([&] { away_ = away; });
    }
    void set_unauthorized() {
        change([&] { unauthorized_ = true; });
    }
    void set_refusal(const std::string &reason) {
        change([&] { refusal_ = reason; });
    }
    void set_transactions(const std::vector<std::string> &transactions) {
        change([&] { transactions_ = transactions; });
    }
    std::vector<std::string> blocks() {
        const std::lock_guard<std::mutex> lock(mutex_);
        return blocks_;
    }
    static template_provider::Hash256 previous_hash(std::uint32_t height) {
        return unhex_reversed(previous_hash_text(height));
    }

  private:
    template <typename Change> void change(Change apply) {
        const std::lock_guard<std::mutex> lock(mutex_);
        apply();
    }

    static std::string previous_hash_text(std::uint32_t height) {
        return std::string(60, '0') + std::to_string(1000 + height);
    }

    ScriptedAnswer answer(const ScriptedRequest &request) {
        const std::lock_guard<std::mutex> lock(mutex_);
        if (unauthorized_)
            return {401, "", false};
        if (away_)
            return error_answer(500, -28, "Loading block index");
        if (request.method == "submitblock") {
            blocks_.push_back(request.parameters[0].get<std::string>());
            return refusal_.empty() ? result_answer(nullptr) : result_answer(refusal_);
        }
        return result_answer(block_template());
    }

    nlohmann::json block_template() const {
        nlohmann::json transactions = nlohmann::json::array();
        std::vector<template_provider::Hash256> wtxids;
        for (const std::string &hex : transactions_) {
            wtxids.push_back(template_provider::parse_transaction(unhex(hex)).wtxid);
            transactions.push_back({{"data", hex}, {"fee", 1000}, {"sigops", 1}});
        }
        return nlohmann::json{
            {"version", 0x20000000},
            {"previousblockhash", previous_hash_text(height_)},
            {"bits", bits_},
            {"curtime", 1700000000},
            {"height", height_},
            {"coinbasevalue", 5000000000 + fees_},
            {"default_witness_commitment",
             template_provider::to_hex(template_provider::witness_commitment_script(
                 template_provider::witness_commitment(wtxids)))},
            {"transactions", transactions}};
    }

    std::mutex mutex_;
    std::uint32_t height_ = 301;
    std::uint64_t fees_ = 10000;
    std::string bits_ = "207fffff"; // every second hash will do
    bool away_ = false;
    bool unauthorized_ = false;
    std::string refusal_;
    std::vector<std::string> transactions_{known_data::first_payment, known_data::segwit_payment};
    std::vector<std::string> blocks_;
    std::unique_ptr<ScriptedNode> scripted_; // last: its threads use what is above
};
