package main

import (
	"bytes"

	"github.com/libsv2/libsv2/codec"
	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2"
)

func requestCase(name, row string, kind status.Kind, pieces ...piece) Case {
	return Case{Name: name, Step: StepOrder, By: sv2.Client, Row: row, On: OnBoth, From: settled, Needs: NeedsNegotiation,
		Acts: []act{send(pieces...)}, Want: Ends, Kind: kind}
}

func extensions(ids ...uint16) (list codec.SeqU16) {
	for _, id := range ids {
		list = append(list, byte(id), byte(id>>8))
	}
	return list
}

func requestOf(ids ...uint16) piece {
	return message(&sv2.RequestExtensions{RequestID: 1, RequestedExtensions: extensions(ids...)})
}

// supported is the extension that the victims of this program know.
const supported = sv2.ExtensionWorkerSpecificHashrateTracking

// identityCase is a share with something wrong behind it: the share is refused, not the connection.
func identityCase(name, row string, trailing []byte) Case {
	c := requestCase(name, row, status.PeerClosed, requestOf(supported), message(&sv2.SubmitSharesExtended{}, trailing...))
	c.Want, c.Step = Stays, StepSize
	return mining(c)
}

func extensionsCase(name, row string, kind status.Kind, answer func(asked *sv2.RequestExtensions) piece) Case {
	return Case{Name: name, Step: StepOrder, By: sv2.Server, Row: row, On: OnBoth, From: settled, Needs: NeedsNegotiation,
		Acts: []act{answerRequest(answer)}, Want: Ends, Kind: kind}
}

// requirementCase is for clients that require the extension.
func requirementCase(name, row string, answer func(asked *sv2.RequestExtensions) piece) Case {
	c := extensionsCase(name, row, status.ExtensionsRequired, answer)
	c.Needs |= NeedsRequirement
	return c
}

func success(id uint16, list codec.SeqU16) piece {
	return message(&sv2.RequestExtensionsSuccess{RequestID: id, SupportedExtensions: list})
}

var negotiationCases = []Case{
	requestCase("RequestExtensions after its answer", "E1-01", status.DuplicateNegotiation,
		requestOf(supported), requestOf(supported)),
	requestCase("RequestExtensions three times", "E1-14", status.DuplicateNegotiation,
		requestOf(unknownExtension), requestOf(unknownExtension), requestOf(unknownExtension)),
	requestCase("RequestExtensions behind other messages", "E1-01", status.DuplicateNegotiation, question, requestOf(supported)),
	withPayload(4+2*32767, requestCase("RequestExtensions of 32767", "E1-03", status.TooManyExtensions,
		requestOf(make([]uint16, 32767)...))),
	requestCase("RequestExtensions that states more than it has", "FR-14", status.Truncated,
		frame(sv2.ExtensionExtensionsNegotiation, 0, []byte{1, 0, 0xff, 0xff, 2, 0})),
	identityCase("a user identity of 33 bytes", "E2-02, TL-05", append([]byte{2, 0, 1, 33, 0}, make([]byte, 33)...)),
	identityCase("a TLV that states more than it has", "TL-05, I4", []byte{2, 0, 1, 0xff, 0xff, 'x'}),
	requestCase("an answer of the server's", "E1-03", status.WrongDirection, success(1, nil)),

	extensionsCase("request_id of another request", "E1-04", status.ExtensionsAnswer, func(m *sv2.RequestExtensions) piece {
		return success(m.RequestID+1, m.RequestedExtensions)
	}),
	extensionsCase("an extension that was not asked for", "E1-05", status.ExtensionsAnswer, func(m *sv2.RequestExtensions) piece {
		return success(m.RequestID, append(m.RequestedExtensions, extensions(unknownExtension)...))
	}),
	extensionsCase("the same extension 32767 times", "E1-10", status.ExtensionsAnswer, func(m *sv2.RequestExtensions) piece {
		return success(m.RequestID, bytes.Repeat(m.RequestedExtensions[:2], 32767))
	}),
	requirementCase("a required extension is not among them", "E1-08", func(m *sv2.RequestExtensions) piece {
		return success(m.RequestID, nil)
	}),
	extensionsCase("demands what the client does not have", "E1-14", status.ExtensionsDemanded, func(m *sv2.RequestExtensions) piece {
		return message(&sv2.RequestExtensionsError{RequestID: m.RequestID, RequiredExtensions: extensions(unknownExtension)})
	}),
	requirementCase("refuses what it demands", "E1-09", func(m *sv2.RequestExtensions) piece {
		return message(&sv2.RequestExtensionsError{
			RequestID: m.RequestID, UnsupportedExtensions: m.RequestedExtensions, RequiredExtensions: m.RequestedExtensions,
		})
	}),
	extensionsCase("messages without end before the answer", "E1-07", status.EarlyMessages, func(*sv2.RequestExtensions) piece {
		return times(100, message(&sv2.NewMiningJob{}))
	}),
	extensionsCase("a list that states more than it has", "FR-14", status.Truncated, func(*sv2.RequestExtensions) piece {
		return frame(sv2.ExtensionExtensionsNegotiation, 1, []byte{1, 0, 0xff, 0xff, 2, 0})
	}),
	{Name: "no answer to RequestExtensions", Step: StepOrder, By: sv2.Server, Row: "E1-12", On: OnBoth, From: settled,
		Want: Ends, Kind: status.ExtensionsIgnored, Needs: NeedsNegotiation | NeedsDeadline},
	{Name: "an answer behind the answer", Step: StepOrder, By: sv2.Server, Row: "E1-04", On: OnBoth, From: established,
		Acts: []act{send(success(1, extensions(supported)))}, Want: Ends, Kind: status.UnsolicitedAnswer, Needs: NeedsNegotiation},
}
