package sv2

import "github.com/libsv2/libsv2/codec"

// The schema states these for C and for users of this package, codec for its own code: arrays of different lengths do not
// have the same type.
var (
	_ [FrameHeaderSize]byte = [codec.HeaderSize]byte{}
	_ [TLVHeaderSize]byte   = [codec.TLVHeaderSize]byte{}
	_ [ChannelMsgBit]byte   = [codec.ChannelMsgBit]byte{}
	_ [PayloadSizeMax]byte  = [codec.U24Max]byte{}
)
