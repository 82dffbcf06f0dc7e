package sv2

import "github.com/libsv2/libsv2/status"

// CheckFrame reports whether a known message may arrive from a party on a connection of the given protocol: nil,
// [status.WrongProtocol] or [status.WrongDirection]; and [status.WrongChannelBit] when strict is set and the channel_msg
// bit is not the one of specification section 8. Receivers ignore that bit for known messages by default, because older
// implementations set it differently. Messages that are not known are [status.UnknownMessage].
func CheckFrame(f Frame, protocol Protocol, from Party, strict bool) error {
	info := Lookup(f.ExtensionType, f.MsgType)
	switch {
	case info == nil:
		return f.fault(status.UnknownMessage)
	case info.Protocol != protocol && info.Protocol != Common && info.Protocol != ExtensionsNegotiation:
		return f.fault(status.WrongProtocol)
	case info.From&from == 0:
		return f.fault(status.WrongDirection)
	case strict && info.ChannelMsg != f.ChannelMsg:
		return f.fault(status.WrongChannelBit)
	}
	return nil
}
