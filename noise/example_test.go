package noise_test

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/libsv2/libsv2/noise"
)

// A server with a certificate and a client that checks it. What is sent is
// handed over in memory here.
func Example() {
	now := uint64(time.Now().Unix())

	// Once, where the authority is: a certificate for the server's public key.
	authority, _ := noise.GenerateSecretKey(rand.Reader)
	defer authority.Release()
	static, _ := noise.GenerateSecretKey(rand.Reader)
	defer static.Release()
	from, until := noise.Window(now, 3600, 30*24*3600)
	certificate, _ := noise.SignCertificate(authority, static.Public(), from, until, rand.Reader)

	// Once, when the server starts.
	identity, err := noise.NewIdentity(static, &certificate, rand.Reader)
	if err != nil {
		fmt.Println(err)
		return
	}

	// For each connection.
	var (
		client       noise.Initiator
		server       noise.Responder
		act1         [noise.Act1Size]byte
		act2         [noise.Act2Size]byte
		atClient, at noise.Transport
	)
	if err := client.Start(noise.RequireAuthority(authority.Public()), rand.Reader, &act1); err != nil {
		fmt.Println(err)
		return
	}
	if err := server.Respond(identity, rand.Reader, &act1, &act2, &at); err != nil {
		fmt.Println(err)
		return
	}
	if err := client.Finish(&act2, now, &atClient); err != nil {
		fmt.Println(err)
		return
	}

	// A frame from the client, in the buffer that it was written to.
	payload := "share"
	buf := make([]byte, noise.SealedFrameSize(len(payload)))
	frame := append(buf[:noise.Headroom], 0, 0, 0x1a, byte(len(payload)), 0, 0)
	frame = append(frame, payload...)
	size, err := atClient.SealInPlace(buf, len(frame)-noise.Headroom)
	if err != nil {
		fmt.Println(err)
		return
	}

	var decoder noise.Decoder
	if err := decoder.Initialize(&at, 1<<16, noise.Memory{}); err != nil {
		fmt.Println(err)
		return
	}
	defer decoder.Release()
	_, got, err := decoder.Feed(buf[:size])
	fmt.Printf("%s %v\n", got[noise.HeaderSize:], err)
	// Output: share <nil>
}
