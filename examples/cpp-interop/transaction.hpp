// SPDX-License-Identifier: MIT
// What the provider has to know about a serialised transaction (BIP144), without interpreting it.
#pragma once

#include "bytes.hpp"

#include <stdexcept>

namespace template_provider {

// The bytes are not one complete transaction.
class TransactionError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Transaction {
    Hash256 txid{};  // without witness
    Hash256 wtxid{}; // with witness; the same as txid when there is none
    std::uint64_t weight = 0;
    bool has_witness = false;
    bool is_coinbase = false; // one input, which spends nothing
    // Of the first input. Views into the bytes that were parsed.
    ByteView script_sig;
    // From the number of inputs to the last output: what both serialisations share.
    ByteView inputs_and_outputs;
};

// Reads a transaction that fills the bytes exactly. Throws TransactionError.
Transaction parse_transaction(ByteView bytes);

} // namespace template_provider
