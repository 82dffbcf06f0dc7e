package main

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/libsv2/libsv2/noise"
	"github.com/libsv2/libsv2/status"
)

// report is what a command prints. It holds nothing secret.
type report struct {
	File         string       `json:"file,omitempty"`
	PublicKey    string       `json:"public_key,omitempty"`
	PublicKeyHex string       `json:"public_key_hex,omitempty"`
	Certificate  *certificate `json:"certificate,omitempty"`
}

type certificate struct {
	Version       uint16 `json:"version"`
	ValidFrom     uint32 `json:"valid_from"`
	NotValidAfter uint32 `json:"not_valid_after"`
	Server        string `json:"server_public_key"`
	Authority     string `json:"authority_public_key"`
	Signature     string `json:"signature"`
	// Verdict is "valid", or the name of the error that an initiator would get
	// now, without leeway.
	Verdict     string `json:"verdict"`
	Explanation string `json:"explanation"`
}

func keyReport(file string, public noise.PublicKey) *report {
	return &report{File: file, PublicKey: public.String(), PublicKeyHex: hex.EncodeToString(public[:])}
}

func certificateReport(file string, c *noise.FullCertificate, now uint64) *report {
	verdict, explanation := "valid", "signed by the authority, valid now"
	policy := noise.RequireAuthority(c.Authority).WithLeeway(0)
	if err := policy.Verify(&c.Certificate, c.Server, now); err != nil {
		explanation = err.Error()
		verdict = explanation
		var kind status.Kind
		if errors.As(err, &kind) {
			verdict = kind.Name()
		}
	}
	return &report{File: file, Certificate: &certificate{
		Version: c.Version, ValidFrom: c.ValidFrom, NotValidAfter: c.NotValidAfter,
		Server: c.Server.String(), Authority: c.Authority.String(),
		Signature: hex.EncodeToString(c.Signature[:]),
		Verdict:   verdict, Explanation: explanation}}
}

func (r *report) print(w io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	line := func(name, format string, values ...any) error {
		_, err := fmt.Fprintf(w, "%-16s %s\n", name, fmt.Sprintf(format, values...))
		return err
	}
	var errs []error
	if r.File != "" {
		errs = append(errs, line("file", "%s", r.File))
	}
	if r.PublicKey != "" {
		errs = append(errs, line("public key", "%s", r.PublicKey), line("in hexadecimal", "%s", r.PublicKeyHex))
	}
	if c := r.Certificate; c != nil {
		errs = append(errs,
			line("version", "%d", c.Version),
			line("valid from", "%s", moment(c.ValidFrom)),
			line("not valid after", "%s", moment(c.NotValidAfter)),
			line("server key", "%s", c.Server),
			line("authority key", "%s", c.Authority),
			line("signature", "%s", c.Signature),
			line("verdict", "%s: %s", c.Verdict, c.Explanation))
	}
	return errors.Join(errs...)
}

// moment shows a time as a date and as the number in the certificate.
func moment(seconds uint32) string {
	return fmt.Sprintf("%s (%d)", time.Unix(int64(seconds), 0).UTC().Format(time.RFC3339), seconds)
}
