// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// credentials are what an operator has after using sv2-key: files for the server, a public key for its clients.
type credentials struct {
	serverKeyFile   string
	certificateFile string
	authorityKey    string // public
	validFrom       time.Time
	notValidAfter   time.Time
}

// makeCredentials does what docs/security.md tells an operator to do, except that both machines are this one.
func makeCredentials(ctx context.Context, program, folder string, console *console) (*credentials, error) {
	authorityFile := filepath.Join(folder, "authority.key")
	made := &credentials{
		serverKeyFile:   filepath.Join(folder, "server.key"),
		certificateFile: filepath.Join(folder, "server.certificate"),
	}
	authority, err := runKeyTool(ctx, program, "generate", "-json", authorityFile)
	if err != nil {
		return nil, err
	}
	server, err := runKeyTool(ctx, program, "generate", "-json", made.serverKeyFile)
	if err != nil {
		return nil, err
	}
	signed, err := runKeyTool(ctx, program, "sign", "-json", "-authority", authorityFile, "-server", server.PublicKey,
		"-days", "2", made.certificateFile)
	if err != nil {
		return nil, err
	}
	if signed.Certificate.Verdict != "valid" {
		return nil, fmt.Errorf("sv2-key signed a certificate that is not valid: %s", signed.Certificate.Verdict)
	}
	made.authorityKey = authority.PublicKey
	made.validFrom = time.Unix(signed.Certificate.ValidFrom, 0).UTC()
	made.notValidAfter = time.Unix(signed.Certificate.NotValidAfter, 0).UTC()
	console.say("sv2-key made the authority key %s", made.authorityKey)
	console.say("it signed a certificate for the provider, valid from %s until %s",
		made.validFrom.Format(time.RFC3339), made.notValidAfter.Format(time.RFC3339))
	return made, nil
}

type keyToolReport struct {
	PublicKey   string `json:"public_key"`
	Certificate struct {
		ValidFrom     int64  `json:"valid_from"`
		NotValidAfter int64  `json:"not_valid_after"`
		Verdict       string `json:"verdict"`
	} `json:"certificate"`
}

func runKeyTool(ctx context.Context, program string, arguments ...string) (*keyToolReport, error) {
	command := exec.CommandContext(ctx, program, arguments...)
	var diagnostics strings.Builder
	command.Stderr = &diagnostics
	output, err := command.Output()
	if err != nil {
		return nil, fmt.Errorf("sv2-key %s: %w: %s", arguments[0], err, strings.TrimSpace(diagnostics.String()))
	}
	var report keyToolReport
	if err := json.Unmarshal(output, &report); err != nil {
		return nil, fmt.Errorf("sv2-key %s: %w", arguments[0], err)
	}
	return &report, nil
}
