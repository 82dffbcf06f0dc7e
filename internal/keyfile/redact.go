package keyfile

import (
	"bytes"
	"io"
	"regexp"
	"strings"
	"unicode"

	"github.com/libsv2/libsv2/noise"
)

// IsSecretKey tells whether an argument, or the value of a flag, is a secret key
// where the name of a file belongs.
func IsSecretKey(argument string) bool {
	text := []byte(argument)
	defer clear(text)
	if strings.HasPrefix(argument, "-") {
		_, text, _ = bytes.Cut(text, []byte("="))
	}
	key, err := noise.ParseSecretKey(bytes.TrimSpace(text))
	if err != nil {
		return false
	}
	key.Release()
	return true
}

// Redactor hides what looks like a key in messages, which end up in logs: one
// with a typing error may be a secret one. Each Write must have whole words.
type Redactor struct{ To io.Writer }

func (r Redactor) Write(p []byte) (int, error) {
	if _, err := r.To.Write(word.ReplaceAllFunc(p, redact)); err != nil {
		return 0, err
	}
	return len(p), nil
}

var (
	word             = regexp.MustCompile(`[^\s/"':=]+`)
	lettersAndDigits = regexp.MustCompile(`[0-9A-Za-z]+`)
)

func redact(word []byte) []byte {
	for _, run := range lettersAndDigits.FindAll(word, -1) {
		if looksLikeKey(run) {
			return []byte("[like a key]")
		}
	}
	return word
}

// looksLikeKey takes letters and digits. A key has 49 and more in base58, in both
// cases, and 64 in hexadecimal; a piece of one is a secret, too, of 28 characters
// one in a hundred has no digit.
func looksLikeKey(run []byte) bool {
	isMixed := bytes.ContainsFunc(run, unicode.IsUpper) && bytes.ContainsFunc(run, unicode.IsLower)
	return len(run) >= 40 || len(run) >= 24 && isMixed
}
