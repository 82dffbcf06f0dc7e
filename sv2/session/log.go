package session

import (
	"strconv"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

// Level returns from which level on an event is worth a line in a log. An end that one of the two programs wanted is no
// error.
func (e *Event) Level() LogLevel {
	switch {
	case int(e.Kind) >= len(eventLevels):
		return LogDebug
	case e.Kind == EventEnd && (e.Status == status.Closed || e.Status == status.PeerClosed):
		return LogInfo
	}
	return eventLevels[e.Kind]
}

// AppendText appends one line about the event to dst, without a line break. It names messages and their sizes; of what is in
// them it shows error_code, quoted.
func (e *Event) AppendText(dst []byte) []byte {
	dst = append(dst, e.Kind.String()...)
	switch e.Kind {
	case EventSetup, EventSetupRequest:
		dst = strconv.AppendUint(append(dst, ": protocol "...), uint64(e.Protocol), 10)
		dst = strconv.AppendUint(append(dst, ", used_version "...), uint64(e.UsedVersion), 10)
		dst = appendHex(append(dst, ", flags "...), uint64(e.Flags))
	case EventEstablished, EventExtensions:
		dst = append(dst, ": extensions"...)
		for _, extension := range e.Extensions {
			dst = appendHex(append(dst, ' '), uint64(extension))
		}
		if len(e.Extensions) == 0 {
			dst = append(dst, " none"...)
		}
	case EventMessage, EventIgnored, EventUnexpected, EventRejected:
		dst = appendMessage(append(dst, ": "...), &e.Frame)
		if e.Status != 0 {
			dst = append(append(dst, ": "...), e.Status.Error()...)
		}
	case EventEnd:
		if e.Error != nil {
			dst = append(append(dst, ": "...), e.Error.Error()...)
		}
	}
	return dst
}

func appendMessage(dst []byte, f *sv2.Frame) []byte {
	if info := sv2.Lookup(f.ExtensionType, f.MsgType); info != nil {
		dst = append(dst, info.Name...)
	} else {
		dst = appendHex(append(dst, "extension_type "...), uint64(f.ExtensionType))
		dst = appendHex(append(dst, " msg_type "...), uint64(f.MsgType))
	}
	dst = strconv.AppendInt(append(dst, ", "...), int64(len(f.Payload)), 10)
	return append(dst, " bytes"...)
}

func appendHex(dst []byte, v uint64) []byte { return strconv.AppendUint(append(dst, "0x"...), v, 16) }
