package keyfile

import (
	"bytes"
	"testing"
)

// A piece of a key that happens to have no digit is hidden like any other; words and names are not.
func TestPieceWithoutDigit(t *testing.T) {
	var out bytes.Buffer
	text := "open JYsSBxmSg8-mJSaDkDzyZaGMWRYStPssnYsBYFh: no such file or directory"
	if _, err := (Redactor{&out}).Write([]byte(text)); err != nil || out.String() != "open [like a key]: no such file or directory" {
		t.Errorf("%v %q", err, out.String())
	}
	out.Reset()
	text = "NewExtendedMiningJob SV2_ERR_CERTIFICATE_NOT_YET_VALID counterrevolutionaryinstitutions"
	if (Redactor{&out}).Write([]byte(text)); out.String() != text {
		t.Errorf("%q", out.String())
	}
}
