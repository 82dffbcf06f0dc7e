package schema

// Class says what a caller should do about a status.
type Class int

const (
	NotDone       Class = iota // not an error: give or take more, then call again
	Ignore                     // not for this program: discard it and go on
	Caller                     // the calling code is wrong
	Transient                  // trying again may help
	Wire                       // the peer broke the protocol
	Auth                       // the peer is not who it should be, or bytes were altered
	Configuration              // a setting is wrong; trying again does not help
	Internal                   // libsv2 is wrong; please report it
)

// ClassNames are the C and Go spellings of the classes, in the order of their numbers.
var ClassNames = []struct{ Name, Doc string }{
	{"NotDone", "No error, but not what was asked for: more input is needed, or there is none."},
	{"Ignore", "Not for this program: discard what it is about and go on."},
	{"Caller", "The calling code broke a rule of this library."},
	{"Transient", "Trying again later may help."},
	{"Protocol", "The peer broke the protocol; its connection ends."},
	{"Auth", "The peer is not who it should be, or bytes were altered."},
	{"Configuration", "A setting is wrong; trying again does not help."},
	{"Internal", "libsv2 itself failed; the object is unusable. Please report it."},
}

// Status is one result of a call, in C and in Go. Numbers are never reused.
type Status struct {
	Number int
	Name   string // Go name in package status; its C name is SV2_ERR_ and the upper snake case of it
	Class  Class
	Text   string
}

// Statuses lists every status but 0, which is SV2_OK.
// Blocks: 1 to 31 not done, -1 to -31 caller, -32 to -63 resources, -64 to -127 wire, -128 to -191 crypto and keys,
// -192 to -223 sessions, -224 to -239 endpoints, -250 and below internal.
var Statuses = []Status{
	{1, "WantInput", NotDone, "more input bytes are needed"},
	{2, "NotFound", NotDone, "there is none of this type"},

	{-1, "Null", Caller, "a pointer that must not be NULL is NULL"},
	{-2, "Handle", Caller, "the handle is zero, was freed, or was never made by this library"},
	{-3, "HandleKind", Caller, "the handle belongs to an object of another kind"},
	{-4, "Busy", Caller, "the object is locked by a lease"},
	{-5, "Argument", Caller, "an argument has a value that is not allowed"},
	{-6, "State", Caller, "the call is not allowed in the object's present state"},
	{-7, "Forked", Caller, "the library was started before fork and cannot be used in the child"},
	{-8, "StaleView", Caller, "the bytes behind the view have changed or were freed"},

	{-32, "NoMemory", Transient, "the system has no more memory"},
	{-33, "BufferTooSmall", Caller, "the output buffer is too small; the needed size was reported"},
	{-34, "Limit", Caller, "a length or count is above its limit"},

	{-64, "Truncated", Wire, "the input ends before the field does"},
	{-65, "FrameTooLarge", Wire, "the frame header states a payload above the configured maximum"},
	{-66, "Trailing", Caller, "bytes follow the last field and the caller did not ask for them"},
	{-67, "FieldTooLong", Wire, "the field is longer than its type allows"},
	{-68, "BadOption", Wire, "the option states more than one element"},
	{-69, "UnknownMessage", Ignore, "no known message has this extension_type and msg_type"},
	{-70, "UnexpectedMessage", Wire, "the frame holds another message than the one asked for"},
	{-71, "WrongDirection", Wire, "the message may not be sent by this end of the connection"},
	{-72, "WrongChannelBit", Wire, "the channel_msg bit is not the one that the specification gives this message"},
	{-73, "WrongProtocol", Wire, "the message does not belong to the protocol of this connection"},
	{-74, "BadTLV", Wire, "the TLV is cut short"},
	{-75, "TLVTooLong", Wire, "the TLV value is longer than its extension allows"},
	{-77, "BadSequence", Caller, "the sequence to encode does not hold the stated number of whole elements"},

	{-128, "HandshakeOrder", Caller, "this step of the handshake is not the next one"},
	{-129, "HandshakeLength", Wire, "a handshake message has the wrong length"},
	{-130, "HandshakeFailed", Caller, "the handshake has failed before and cannot go on"},
	{-131, "HandshakeRate", Transient, "too many handshakes for now"},
	{-132, "Decrypt", Auth, "the bytes were not sealed with this key, or were altered"},
	{-133, "NonceExhausted", Wire, "the key has sealed as much as it may"},
	{-134, "TransportClosed", Caller, "the encrypted link is closed"},
	{-135, "Random", Internal, "the source of random bytes failed or ended"},
	{-136, "CipherUnavailable", Configuration, "this process may not use ChaCha20-Poly1305"},

	{-144, "CertificateLength", Configuration, "a certificate has the wrong length"},
	{-145, "CertificateVersion", Auth, "the certificate has a version other than 0"},
	{-146, "CertificateSignature", Auth, "the certificate's signature is malformed"},
	{-147, "CertificateAuthority", Auth, "the certificate is not signed by the configured authority"},
	{-148, "CertificateWindow", Auth, "the certificate ends before it begins"},
	{-149, "CertificateNotYetValid", Auth, "the certificate is not valid yet"},
	{-150, "CertificateExpired", Auth, "the certificate has expired"},

	{-160, "KeyCharacter", Configuration, "the key text has a character that base58 does not use"},
	{-161, "KeyLength", Configuration, "the key text has the wrong length"},
	{-162, "KeyChecksum", Configuration, "the key text has a wrong checksum: a typing error"},
	{-163, "KeyVersion", Configuration, "the key text is not of an authority key"},
	{-164, "KeyInvalid", Configuration, "the bytes are not a key of the curve"},
	{-165, "KeyReleased", Caller, "the secret key has been released"},

	{-192, "HandshakeTimeout", Transient, "the peer did not finish the Noise handshake in time"},
	{-193, "SetupTimeout", Transient, "SetupConnection was not sent, or not answered, in time"},
	{-194, "NegotiationTimeout", Transient, "RequestExtensions was not sent, or not answered, in time"},
	{-195, "InactivityTimeout", Transient, "no message came from the peer for too long"},
	{-196, "PeerClosed", Transient, "the peer closed the connection"},
	{-197, "Closed", Caller, "the session was closed by this program"},
	{-198, "QueueFull", Transient, "the output queue has no room for the message now; nothing of it was queued"},
	{-199, "SetupRefused", Configuration, "the server refused SetupConnection"},
	{-200, "UnsupportedProtocol", Configuration, "the client asked for a protocol that is not served"},
	{-201, "UnsupportedVersion", Configuration, "the client proposed no protocol version that is supported"},
	{-202, "UnsupportedFlags", Configuration, "the client requires features that are not supported"},
	{-203, "MissingFlags", Configuration, "the client did not set flags that this server requires"},
	{-204, "SetupDeclined", Configuration, "the server program declined SetupConnection"},
	{-205, "UsedVersion", Wire, "used_version is not one that the client proposed"},
	{-206, "SuccessFlags", Configuration, "the server requires what this client said that it cannot do"},
	{-207, "DuplicateSetup", Wire, "SetupConnection came a second time"},
	{-208, "UnsolicitedAnswer", Wire, "an answer came for which there is no open request"},
	{-209, "EarlyMessages", Wire, "too many messages came before the connection was established"},
	{-210, "ReconnectInSetup", Transient, "Reconnect came in place of an answer to SetupConnection"},
	{-211, "ExtensionsRequired", Configuration, "the peer does not support an extension that this end requires"},
	{-212, "ExtensionsDemanded", Configuration, "the server requires an extension that this client does not have"},
	{-213, "ExtensionsIgnored", Configuration, "the server does not answer RequestExtensions"},
	{-214, "ExtensionsAnswer", Wire, "the answer to RequestExtensions does not fit the request"},
	{-215, "DuplicateNegotiation", Wire, "RequestExtensions came again, or too late"},
	{-216, "TooManyExtensions", Wire, "RequestExtensions lists more extensions than are looked at"},
	{-217, "NotNegotiated", Caller, "the extension is not negotiated on this connection"},
	{-224, "EndpointScheme", Configuration, "the URL does not begin with stratum2+tcp://"},
	{-225, "EndpointV1", Configuration, "the URL is one of Stratum V1"},
	{-226, "EndpointHostEmpty", Configuration, "the URL has no host"},
	{-227, "EndpointHost", Configuration, "the host is neither a name nor an IPv4 address"},
	{-228, "EndpointAddress", Configuration, "the IPv6 address is malformed, has a zone, or is not in brackets"},
	{-229, "EndpointPortMissing", Configuration, "the URL has no port"},
	{-230, "EndpointPort", Configuration, "the port is not a number from 1 to 65535"},
	{-231, "EndpointKeyMissing", Configuration, "the URL has no authority key"},
	{-232, "EndpointTrailing", Configuration, "the URL has a path, a query or a fragment behind the authority key"},
	{-233, "EndpointUser", Configuration, "the URL has a user name, which belongs into the messages that open channels"},
	{-234, "EndpointCharacter", Configuration, "the URL has a space, a control character or a byte outside ASCII"},
	{-235, "EndpointTooLong", Configuration, "the URL, its host or a label of it is too long"},
	{-236, "ReconnectRefused", Wire, "the server's Reconnect names no usable host, or is one too many in a row"},
	{-237, "ResolveFailed", Transient, "the host's address could not be found"},
	{-238, "ConnectFailed", Transient, "no connection could be made"},
	{-239, "ConnectionLost", Transient, "the connection ended"},

	{-250, "Internal", Internal, "internal error: a fault was caught at the C boundary"},
	{-251, "Poisoned", Caller, "the object failed before and can only be asked for its error and freed"},
}
