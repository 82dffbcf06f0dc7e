package endpoint

import (
	"errors"
	"strings"
	"testing"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// NO-30, S1-12: host, port and key of a URL. The second column is the text that it becomes, if that differs.
func TestParse(t *testing.T) {
	for _, c := range []struct {
		text, becomes, host string
		port                uint16
	}{
		{"stratum2+tcp://pool.example:3333/" + keyText, "", "pool.example", 3333},
		{"STRATUM2+TCP://Pool.Example:3333/" + keyText, "stratum2+tcp://pool.example:3333/" + keyText, "pool.example", 3333},
		{"stratum2+tcp://127.0.0.1:1/" + keyText, "", "127.0.0.1", 1},
		{"stratum2+tcp://pool.example.:65535/" + keyText, "", "pool.example.", 65535},
		{"stratum2+tcp://my_pool-1:34254/" + keyText, "", "my_pool-1", 34254},
		{"stratum2+tcp://localhost:8442/" + keyText, "", "localhost", 8442},
		{"stratum2+tcp://3com.example:1/" + keyText, "", "3com.example", 1},
		{"stratum2+tcp://0xpool:1/" + keyText, "", "0xpool", 1},
	} {
		e := mustParse(t, c.text)
		want := c.becomes
		if want == "" {
			want = c.text
		}
		if e.String() != want || e.Host() != c.host || e.Port() != c.port || e.Authority() != parseKey(t, keyText) || e.IsZero() {
			t.Errorf("%q: %s, host %q, port %d", c.text, e, e.Host(), e.Port())
		}
	}
}

func refused(t *testing.T, text string, want status.Kind) {
	t.Helper()
	if e, err := Parse(text); !errors.Is(err, want) || !e.IsZero() {
		t.Errorf("%.80q: %v, want %s", text, err, want.Name())
	}
}

// S1-12, S1-13: each fault of a URL is its own kind.
func TestRefusedURLs(t *testing.T) {
	for _, c := range []struct {
		text string
		want status.Kind
	}{
		{"", status.EndpointHostEmpty},
		{"http://pool.example:80/" + keyText, status.EndpointScheme},
		{"stratum2+ssl://pool.example:80/" + keyText, status.EndpointScheme},
		{"stratum2://pool.example:80/" + keyText, status.EndpointScheme},
		{"://pool.example:80/" + keyText, status.EndpointScheme},
		{"pool.example:80/" + keyText, status.EndpointScheme},
		{"stratum2+tcp:/pool.example:80/" + keyText, status.EndpointScheme},
		{"stratum+tcp://pool.example:3333", status.EndpointV1},
		{"stratum+tcp://pool.example:3333/" + keyText, status.EndpointV1},
		{"STRATUM+SSL://pool.example", status.EndpointV1},
		{"stratum+tls://pool.example:443", status.EndpointV1},
		{"tcp://pool.example:3333", status.EndpointV1},
		{"pool.example:3333", status.EndpointV1},
		{"[2001:db8::1]:3333", status.EndpointV1},
		{"pool.example", status.EndpointPortMissing},
		{"pool.example:x", status.EndpointPort},
		{"stratum2+tcp://", status.EndpointHostEmpty},
		{"stratum2+tcp:///" + keyText, status.EndpointHostEmpty},
		{"stratum2+tcp://:3333/" + keyText, status.EndpointHostEmpty},
		{"stratum2+tcp://[]:3333/" + keyText, status.EndpointHostEmpty},
		{"stratum2+tcp://user@pool.example:3333/" + keyText, status.EndpointUser},
		{"stratum2+tcp://user:x@pool.example:3333/" + keyText, status.EndpointUser},
		{"stratum2+tcp://pool..example:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://.:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://-v:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://pool%2eexample:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://256.1.1.1:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://127.1:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://0X7F.1.0X:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://0x7f000001:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://010.0.0.1:3333/" + keyText, status.EndpointHost},
		{"stratum2+tcp://::1:3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://2001:db8::1/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://[::1:3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://[::1]3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://[::g]:3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://[pool.example]:3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://[127.0.0.1]:3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://[fe80::1%25eth0]:3333/" + keyText, status.EndpointAddress},
		{"stratum2+tcp://pool.example/" + keyText, status.EndpointPortMissing},
		{"stratum2+tcp://pool.example:/" + keyText, status.EndpointPortMissing},
		{"stratum2+tcp://[::1]/" + keyText, status.EndpointPortMissing},
		{"stratum2+tcp://pool.example", status.EndpointPortMissing},
		{"stratum2+tcp://pool.example:0/" + keyText, status.EndpointPort},
		{"stratum2+tcp://pool.example:65536/" + keyText, status.EndpointPort},
		{"stratum2+tcp://pool.example:03333/" + keyText, status.EndpointPort},
		{"stratum2+tcp://pool.example:+3333/" + keyText, status.EndpointPort},
		{"stratum2+tcp://pool.example:3_3/" + keyText, status.EndpointPort},
		{"stratum2+tcp://pool.example:stratum/" + keyText, status.EndpointPort},
		{"stratum2+tcp://pool.example:3333", status.EndpointKeyMissing},
		{"stratum2+tcp://pool.example:3333/", status.EndpointKeyMissing},
		{"stratum2+tcp://pool.example:3333/" + keyText + "/", status.EndpointTrailing},
		{"stratum2+tcp://pool.example:3333/" + keyText + "?x=1", status.EndpointTrailing},
		{"stratum2+tcp://pool.example:3333/" + keyText + "#xnsub", status.EndpointTrailing},
		{"stratum2+tcp://pool.example:3333#xnsub", status.EndpointTrailing},
		{"stratum2+tcp://pool.example:3333//" + keyText, status.EndpointTrailing},
		{" stratum2+tcp://pool.example:3333/" + keyText, status.EndpointCharacter},
		{"stratum2+tcp://pool.example:3333/" + keyText + "\n", status.EndpointCharacter},
		{"stratum2+tcp://pool\x00.example:3333/" + keyText, status.EndpointCharacter},
		{"stratum2+tcp://p\u00f6\u00f6l.example:3333/" + keyText, status.EndpointCharacter},
		{"stratum2+tcp://pool.example\x7f:3333/" + keyText, status.EndpointCharacter},
		{"stratum2+tcp://" + strings.Repeat("a", 64) + ":3333/" + keyText, status.EndpointTooLong},
		{"stratum2+tcp://" + strings.Repeat("a.", 127) + "a:1/" + keyText, status.EndpointTooLong},
		{"stratum2+tcp://" + strings.Repeat("a.", 126) + "aa:1/" + keyText, status.EndpointTooLong},
		{strings.Repeat("stratum2+tcp://", 100), status.EndpointTooLong},
		{strings.Repeat("\x00", MaxText+1), status.EndpointTooLong},
	} {
		refused(t, c.text, c.want)
	}
}

// S1-13: a bad key by noise's kinds, each.
func TestRefusedKeys(t *testing.T) {
	for key, want := range map[string]status.Kind{
		strings.Replace(keyText, "b", "0", 1): status.KeyCharacter,
		keyText[:50]:                          status.KeyLength,
		keyText[:50] + "j":                    status.KeyChecksum,
		"2myPhc5vkPzuC5FXNK5tee79WmP7uoLh55SxezoF8iqwF3E3rnPY": status.KeyVersion,
		noise.PublicKey{}.String():                             status.KeyInvalid,
	} {
		refused(t, "stratum2+tcp://pool.example:3333/"+key, want)
	}
}

// What programs, guides and users' scripts write.
func TestTextsInTheField(t *testing.T) {
	for _, text := range []string{
		"stratum2+tcp://v2.example.com:3336/9awtMD5KQgvRUh2yFbjVeT7b6hjipWcAsQHd6wEhgtDT9soosna",
		"stratum2+tcp://127.0.0.1:34254/9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72",
		"stratum2+tcp://192.168.10.222:8442/9bDuixKmZqAJnrmP746n8zU1wyAQRrus7th9dxnkPg6RzQvCnan",
		"stratum2+tcp://host.docker.internal:34254/9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72",
	} {
		if e := mustParse(t, text); e.String() != text {
			t.Errorf("%s becomes %s", text, e)
		}
	}
	// Braiins' URLs have no port, and keys from before the specification settled on secp256k1, which are shorter.
	const farmProxy = "stratum2+tcp://192.168.10.222/u95GEReVMjK6k5YqiSFNqqTnKU4ypU2Wm8awa6tmbmDmk1bWt"
	refused(t, farmProxy, status.EndpointPortMissing)
	if _, err := ParseWithPort(farmProxy, 3336); !errors.Is(err, status.KeyLength) {
		t.Error(err)
	}
	refused(t, "stratum2+tcp+insecure://pool.example:3336", status.EndpointScheme)
	refused(t, "stratum2+ssl://pool.example:3336/"+otherText, status.EndpointScheme)
	// Another protocol of the same name.
	refused(t, "stratum2+tcp://daggerhashimoto.hk.nicehash.com:3353", status.EndpointKeyMissing)
	refused(t, "stratum+tcp://public-pool.io:21496", status.EndpointV1)
	refused(t, "stratum+tcp://bc1qexample.worker:x@solo.ckpool.org:3333", status.EndpointV1)
	refused(t, "stratum+ssl://zcoin.mintpond.com:3005", status.EndpointV1)
	refused(t, "solo.ckpool.org:3333", status.EndpointV1)
	refused(t, "stratum2+tcp://public-pool.io", status.EndpointPortMissing)
	refused(t, "public-pool.io", status.EndpointPortMissing)
	refused(t, "stratum2+tcp://\u200bpool.example:3333/"+otherText, status.EndpointCharacter) // pasted from a web page
}

func TestDefaultPort(t *testing.T) {
	e, err := ParseWithPort("stratum2+tcp://pool.example/"+keyText, 3336)
	if err != nil || e.Port() != 3336 {
		t.Error(e, err)
	}
	if e, err := ParseWithPort("stratum2+tcp://pool.example:1/"+keyText, 3336); err != nil || e.Port() != 1 {
		t.Error(e, err)
	}
	if _, err := ParseWithPort("pool.example", 3336); !errors.Is(err, status.EndpointV1) {
		t.Error(err)
	}
}
