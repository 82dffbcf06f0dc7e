// Package bench measures libsv2. scripts/bench.sh runs it together with c/abi.c, which measures the same frames through the C
// ABI, and prints one table.
package bench

import (
	"bytes"
	"testing"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/sv2"
)

// batch is the number of frames in a batch, as in c/abi.c.
const batch = 64

// sample is a message of the sizes that connections carry; c/abi.c has the same.
type sample struct {
	name    string
	message sv2.Message
}

func samples() []sample {
	path := codec.SeqU256(bytes.Repeat([]byte{0x11}, 12*codec.U256Size))
	return []sample{
		{"share", &sv2.SubmitSharesExtended{
			ChannelID: 1, SequenceNumber: 2, JobID: 3, Nonce: 4, Ntime: 5, Version: 6, Extranonce: make([]byte, 8),
		}},
		{"job", &sv2.NewExtendedMiningJob{
			ChannelID: 1, JobID: 2, MinNtime: codec.SomeU32(3), Version: 4, VersionRollingAllowed: true,
			MerklePath: path, CoinbaseTxPrefix: make([]byte, 60), CoinbaseTxSuffix: make([]byte, 200),
		}},
		{"template", &sv2.NewTemplate{
			TemplateID: 1, CoinbasePrefix: make([]byte, 4), CoinbaseTxOutputs: make([]byte, 46),
			CoinbaseTxOutputsCount: 1, MerklePath: path,
		}},
	}
}

func frameOf(b *testing.B, m sv2.Message) []byte {
	b.Helper()
	frame, err := m.AppendFrame(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	return frame
}

// BenchmarkDecode finds one frame and decodes it as the message it holds.
func BenchmarkDecode(b *testing.B) {
	for _, s := range samples() {
		frame := frameOf(b, s.message)
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(frame)))
			for b.Loop() {
				f, _, _, err := sv2.TakeFrame(frame, sv2.PayloadSizeMax)
				if err == nil {
					_, err = s.message.Decode(f.Payload)
				}
				if err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkAppend writes one frame.
func BenchmarkAppend(b *testing.B) {
	for _, s := range samples() {
		out := frameOf(b, s.message)
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(out)))
			for b.Loop() {
				if _, err := s.message.AppendFrame(out[:0], nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkBatch finds and decodes 64 frames, whatever they hold; ns/frame is what one of them takes.
func BenchmarkBatch(b *testing.B) {
	for _, s := range samples() {
		wire := bytes.Repeat(frameOf(b, s.message), batch)
		var any sv2.AnyMessage
		b.Run(s.name, func(b *testing.B) {
			b.ReportAllocs()
			b.SetBytes(int64(len(wire)))
			for b.Loop() {
				for rest := wire; len(rest) > 0; {
					var f sv2.Frame
					var err error
					if f, rest, _, err = sv2.TakeFrame(rest, sv2.PayloadSizeMax); err == nil {
						_, _, err = any.Decode(f)
					}
					if err != nil {
						b.Fatal(err)
					}
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/batch, "ns/frame")
		})
	}
}
