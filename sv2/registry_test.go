package sv2

import "testing"

// section8 is the table of specification section 8 with that of extension 0x0001 in front: extension_type and channel_msg, first
// msg_type, names.
var section8 = []struct {
	extension  uint16
	channelMsg bool
	first      uint8
	names      []string
}{
	{1, false, 0x00, []string{"RequestExtensions", "RequestExtensions.Success", "RequestExtensions.Error"}},
	{0, false, 0x00, []string{"SetupConnection", "SetupConnection.Success", "SetupConnection.Error"}},
	{0, true, 0x03, []string{"ChannelEndpointChanged"}},
	{0, false, 0x04, []string{"Reconnect"}},
	{0, false, 0x10, []string{
		"OpenStandardMiningChannel", "OpenStandardMiningChannel.Success", "OpenMiningChannel.Error", "OpenExtendedMiningChannel",
		"OpenExtendedMiningChannel.Success",
	}},
	{0, true, 0x15, []string{
		"NewMiningJob", "UpdateChannel", "UpdateChannel.Error", "CloseChannel", "SetExtranoncePrefix", "SubmitSharesStandard",
		"SubmitSharesExtended", "SubmitShares.Success", "SubmitShares.Error",
	}},
	{0, true, 0x1f, []string{
		"NewExtendedMiningJob", "SetNewPrevHash", "SetTarget", "SetCustomMiningJob", "SetCustomMiningJob.Success",
		"SetCustomMiningJob.Error",
	}},
	{0, false, 0x25, []string{"SetGroupChannel"}},
	{0, false, 0x50, []string{"AllocateMiningJobToken", "AllocateMiningJobToken.Success"}},
	{0, false, 0x55, []string{
		"ProvideMissingTransactions", "ProvideMissingTransactions.Success", "DeclareMiningJob", "DeclareMiningJob.Success",
		"DeclareMiningJob.Error",
	}},
	{0, false, 0x60, []string{"PushSolution"}},
	{0, false, 0x70, []string{
		"CoinbaseOutputConstraints", "NewTemplate", "SetNewPrevHash", "RequestTransactionData", "RequestTransactionData.Success",
		"RequestTransactionData.Error", "SubmitSolution",
	}},
}

// TestMessageNumbers covers FR-03, FR-04, FR-10, FR-11, E1-02: the registry is the specification's table and nothing else.
func TestMessageNumbers(t *testing.T) {
	known := map[*Info]bool{}
	for _, row := range section8 {
		for i, name := range row.names {
			info := Lookup(row.extension, row.first+uint8(i))
			if info == nil || info.Name != name || info.ChannelMsg != row.channelMsg || info.ExtensionType != row.extension || info.MsgType != row.first+uint8(i) {
				t.Errorf("%s: %+v", name, info)
			}
			known[info] = true
		}
	}
	for pair := range 8 << 8 {
		if info := Lookup(uint16(pair>>8), uint8(pair)); info != nil && !known[info] {
			t.Errorf("%s is not in the table", info.Name)
		}
	}
	if len(known) != len(Messages()) {
		t.Errorf("%d messages in the table, %d in the registry", len(known), len(Messages()))
	}
}
