package main

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/libsv2/libsv2/sniffer"
	"github.com/libsv2/libsv2/sv2"
	"github.com/libsv2/libsv2/sv2/inspect"
)

// largestFile is more than a few frames of the largest size have in JSON.
const largestFile = 256 << 20

// ruleText is a -drop, or a -replace whose file has not been read yet.
type ruleText struct {
	rule sniffer.Rule
	file string // of -replace
}

// addRule parses MESSAGE[:DIRECTION[:N]], with =FILE behind it for -replace.
func (o *options) addRule(text string, isReplace bool) error {
	what, file, hasFile := strings.Cut(text, "=")
	if isReplace != hasFile || isReplace && file == "" {
		return errors.New("want MESSAGE[:DIRECTION[:N]] for -drop, and =FILE behind it for -replace")
	}
	parts := strings.SplitN(what, ":", 3)
	match, err := matcher(parts[0])
	if err != nil {
		return err
	}
	rule := sniffer.Rule{Match: match, Do: sniffer.Drop()}
	if len(parts) > 1 {
		if rule.Direction, err = direction(parts[1]); err != nil {
			return err
		}
	}
	if len(parts) > 2 {
		n, err := strconv.ParseUint(parts[2], 10, 31)
		if err != nil {
			return errors.New("the count is not a number")
		}
		rule.Times = int(n)
	}
	o.rules = append(o.rules, ruleText{rule, file})
	return nil
}

func direction(text string) (sniffer.Direction, error) {
	for _, d := range []sniffer.Direction{sniffer.ToServer, sniffer.ToClient, sniffer.Either} {
		if d.String() == text {
			return d, nil
		}
	}
	return 0, errors.New("the direction is not to-server, to-client or either")
}

// matcher takes a name of the specification, or EXTENSION/TYPE.
func matcher(text string) (sniffer.Matcher, error) {
	if extension, msgType, ok := strings.Cut(text, "/"); ok {
		e, err := strconv.ParseUint(extension, 0, 15)
		m, err2 := strconv.ParseUint(msgType, 0, 8)
		if err != nil || err2 != nil {
			return nil, errors.New("not a name, and not EXTENSION/TYPE in numbers up to 0x7fff and 0xff")
		}
		return sniffer.Pair(uint16(e), uint8(m)), nil
	}
	infos := inspect.Named(text)
	if len(infos) == 0 {
		return nil, errors.New("the specification has no message of this name")
	}
	return func(f sv2.Frame) bool {
		for _, info := range infos {
			if f.Is(info) {
				return true
			}
		}
		return false
	}, nil
}

// readRules reads the files of the rules.
func (o *options) readRules() ([]sniffer.Rule, error) {
	var rules []sniffer.Rule
	for _, r := range o.rules {
		if r.file != "" {
			frames, err := readFrames(r.file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.file, err)
			}
			r.rule.Do = sniffer.ReplaceFrames(frames...)
		}
		rules = append(rules, r.rule)
	}
	return rules, nil
}

// readFrames reads a file of JSON objects, or of hexadecimal lines.
func readFrames(name string) ([][]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	content, err := io.ReadAll(io.LimitReader(f, largestFile+1))
	if err != nil {
		return nil, err
	}
	if len(content) > largestFile {
		return nil, errors.New("the file is too large")
	}
	content = bytes.TrimSpace(content)
	var frames [][]byte
	if bytes.HasPrefix(content, []byte("{")) {
		frames, err = framesOfJSON(content)
	} else {
		frames, err = framesOfHex(content)
	}
	if err == nil && len(frames) == 0 {
		err = errors.New("there is no frame in it; -drop passes nothing on")
	}
	return frames, err
}

func framesOfJSON(content []byte) ([][]byte, error) {
	var frames [][]byte
	for d := json.NewDecoder(bytes.NewReader(content)); ; {
		var one json.RawMessage
		if err := d.Decode(&one); err == io.EOF {
			return frames, nil
		} else if err != nil {
			return nil, err
		}
		f, err := inspect.ParseJSON(one)
		if err != nil {
			return nil, fmt.Errorf("object %d: %w", len(frames)+1, err)
		}
		b, err := inspect.Encode(f)
		if err != nil {
			return nil, fmt.Errorf("object %d: %w", len(frames)+1, err)
		}
		frames = append(frames, b)
	}
}

func framesOfHex(content []byte) ([][]byte, error) {
	var frames [][]byte
	for line := range strings.Lines(string(content)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		b, err := hex.DecodeString(line)
		if err != nil {
			return nil, errors.New("neither JSON objects nor hexadecimal")
		}
		if _, rest, _, err := sv2.TakeFrame(b, sv2.PayloadSizeMax); err != nil || len(rest) > 0 {
			return nil, fmt.Errorf("frame %d: its header does not state the size of what follows", len(frames)+1)
		}
		frames = append(frames, b)
	}
	return frames, nil
}
