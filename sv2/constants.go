package sv2

import "github.com/libsv2/libsv2/codec"

// The schema states these for C and for users of this package, codec for its own code. An index other than 0 does not
// compile.
var (
	_ = [1]struct{}{}[FrameHeaderSize-codec.HeaderSize]
	_ = [1]struct{}{}[TLVHeaderSize-codec.TLVHeaderSize]
	_ = [1]struct{}{}[ChannelMsgBit-codec.ChannelMsgBit]
	_ = [1]struct{}{}[PayloadSizeMax-codec.U24Max]
)
