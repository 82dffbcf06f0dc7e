// SPDX-License-Identifier: MIT

package main

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
)

// identifier is a transaction id or block hash in the byte order in which it is hashed.
type identifier [32]byte

// String gives the order that nodes show, which is the reverse one.
func (i identifier) String() string {
	slices.Reverse(i[:])
	return hex.EncodeToString(i[:])
}

func doubleSHA256(data []byte) identifier {
	first := sha256.Sum256(data)
	return sha256.Sum256(first[:])
}

// witnessScript is a script behind a pay-to-witness-script-hash output.
type witnessScript []byte

// anyoneCanSpend is OP_TRUE: an output of it needs no signature, which keeps wallets and keys out of the demo.
func anyoneCanSpend() witnessScript { return witnessScript{0x51} }

func (w witnessScript) program() []byte {
	hash := sha256.Sum256(w)
	return hash[:]
}

func (w witnessScript) outputScript() []byte {
	return append([]byte{0x00, 0x20}, w.program()...)
}

type output struct {
	value  int64 // in satoshi
	script []byte
}

type outpoint struct {
	transaction identifier
	index       uint32
}

// spend is a transaction with one input, an output of a witness script that takes nothing but itself, and one output.
type spend struct {
	from   outpoint
	script witnessScript
	to     output
}

// stripped is the form without witness, whose hash is the transaction id.
func (s spend) stripped() []byte { return s.serialise(false) }

// complete is the form with witness, which nodes and blocks carry (BIP144).
func (s spend) complete() []byte { return s.serialise(true) }

func (s spend) id() identifier { return doubleSHA256(s.stripped()) }

func (s spend) serialise(withWitness bool) []byte {
	bytes := binary.LittleEndian.AppendUint32(nil, 2) // version
	if withWitness {
		bytes = append(bytes, 0x00, 0x01) // marker, flag
	}
	bytes = append(bytes, 1) // number of inputs
	bytes = append(bytes, s.from.transaction[:]...)
	bytes = binary.LittleEndian.AppendUint32(bytes, s.from.index)
	bytes = append(bytes, 0)                                    // an empty script: the witness has all
	bytes = binary.LittleEndian.AppendUint32(bytes, 0xffffffff) // sequence
	bytes = append(bytes, 1)                                    // number of outputs
	bytes = binary.LittleEndian.AppendUint64(bytes, uint64(s.to.value))
	bytes = appendCompactSize(bytes, uint64(len(s.to.script)))
	bytes = append(bytes, s.to.script...)
	if withWitness {
		bytes = append(bytes, 1) // number of witness items
		bytes = appendCompactSize(bytes, uint64(len(s.script)))
		bytes = append(bytes, s.script...)
	}
	return binary.LittleEndian.AppendUint32(bytes, 0) // lock time
}

func appendCompactSize(bytes []byte, value uint64) []byte {
	switch {
	case value < 0xfd:
		return append(bytes, byte(value))
	case value <= 0xffff:
		return binary.LittleEndian.AppendUint16(append(bytes, 0xfd), uint16(value))
	case value <= 0xffffffff:
		return binary.LittleEndian.AppendUint32(append(bytes, 0xfe), uint32(value))
	default:
		return binary.LittleEndian.AppendUint64(append(bytes, 0xff), value)
	}
}

var errShortBlock = errors.New("the block ends in the middle of its coinbase transaction")

// reader takes values from the front of a serialised block; after the first short read it only returns zeros.
type reader struct {
	rest   []byte
	failed bool
}

func (r *reader) take(count uint64) []byte {
	if r.failed || count > uint64(len(r.rest)) {
		r.failed = true
		return nil
	}
	taken := r.rest[:count:count]
	r.rest = r.rest[count:]
	return taken
}

func (r *reader) number(size uint64) uint64 {
	var value uint64
	for i, one := range r.take(size) {
		value |= uint64(one) << (8 * i)
	}
	return value
}

func (r *reader) compactSize() uint64 {
	switch first := r.number(1); first {
	case 0xfd:
		return r.number(2)
	case 0xfe:
		return r.number(4)
	case 0xff:
		return r.number(8)
	default:
		return first
	}
}

// coinbaseOf reads the outputs of the first transaction of a block, and the number of its transactions.
func coinbaseOf(block []byte) (outputs []output, transactions uint64, err error) {
	from := &reader{rest: block}
	from.take(80) // the header
	transactions = from.compactSize()
	from.take(4) // version
	inputs := from.compactSize()
	if inputs == 0 { // it was the marker of a witness transaction
		from.take(1)
		inputs = from.compactSize()
	}
	if !from.failed && inputs != 1 {
		return nil, 0, fmt.Errorf("the first transaction has %d inputs, a coinbase has one", inputs)
	}
	from.take(36) // the outpoint
	from.take(from.compactSize())
	from.take(4) // sequence
	for count := from.compactSize(); count > 0 && !from.failed; count-- {
		value := int64(from.number(8))
		outputs = append(outputs, output{value, from.take(from.compactSize())})
	}
	if from.failed {
		return nil, 0, errShortBlock
	}
	return outputs, transactions, nil
}
