package secp256k1

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"os"
	"strings"
	"testing"
)

// rows reads a CSV file with a heading into one map a row.
func rows(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, line := range all[1:] {
		row := map[string]string{}
		for i, name := range all[0] {
			row[name] = line[i]
		}
		out = append(out, row)
	}
	return out
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// NO-05, I6, I7: all decoding vectors of BIP324.
func TestEllswiftDecodeVectors(t *testing.T) {
	list := rows(t, "testdata/ellswift_decode_test_vectors.csv")
	if len(list) != 76 {
		t.Fatalf("%d vectors", len(list))
	}
	for _, row := range list {
		var x [32]byte
		DecodeVartime(&x, (*[64]byte)(unhex(t, row["ellswift"])))
		if hex.EncodeToString(x[:]) != row["x"] {
			t.Errorf("%s: got %x", row["comment"], x)
		}
	}
}

// NO-05: all encoding vectors of BIP324, those without a result included.
func TestEllswiftInverseVectors(t *testing.T) {
	found, none := 0, 0
	for _, row := range rows(t, "testdata/xswiftec_inv_test_vectors.csv") {
		var u, x, z element
		u.setBytes((*[32]byte)(unhex(t, row["u"])))
		x.setBytes((*[32]byte)(unhex(t, row["x"])))
		for branch := range 8 {
			want := row["case"+string(rune('0'+branch))+"_t"]
			got := ""
			if z.inverseMapVartime(&x, &u, branch) {
				var b [32]byte
				z.bytes(&b)
				got = hex.EncodeToString(b[:])
				found++
			} else {
				none++
			}
			if got != want {
				t.Errorf("u=%s case %d: got %q want %q", row["u"], branch, got, want)
			}
		}
	}
	if found != 98 || none != 158 {
		t.Fatalf("%d with result, %d without", found, none)
	}
}

// NO-13, I6: all shared secrets of BIP324, with the roles.
func TestECDHVectors(t *testing.T) {
	list := rows(t, "testdata/packet_encoding_test_vectors.csv")
	if len(list) != 7 {
		t.Fatalf("%d vectors", len(list))
	}
	for _, row := range list {
		secret := (*[32]byte)(unhex(t, row["in_priv_ours"]))
		ours := (*[64]byte)(unhex(t, row["in_ellswift_ours"]))
		theirs := (*[64]byte)(unhex(t, row["in_ellswift_theirs"]))
		var public, x, shared [32]byte
		if err := PublicKey(&public, secret); err != nil {
			t.Fatal(err)
		}
		DecodeVartime(&x, ours)
		if hex.EncodeToString(public[:]) != row["mid_x_ours"] || x != public {
			t.Errorf("x ours %x %x", public, x)
		}
		DecodeVartime(&x, theirs)
		if hex.EncodeToString(x[:]) != row["mid_x_theirs"] {
			t.Errorf("x theirs %x", x)
		}
		if err := sharedX(&x, secret, theirs); err != nil || hex.EncodeToString(x[:]) != row["mid_x_shared"] {
			t.Errorf("x shared %x %v", x, err)
		}
		if err := ECDH(&shared, secret, ours, theirs, row["in_initiating"] == "1"); err != nil ||
			hex.EncodeToString(shared[:]) != row["mid_shared_secret"] {
			t.Errorf("shared %x %v", shared, err)
		}
	}
}

// NO-04: all vectors of BIP340, which include s >= n and R off the curve.
func TestSchnorrVectors(t *testing.T) {
	list := rows(t, "testdata/bip340_test_vectors.csv")
	if len(list) != 19 {
		t.Fatalf("%d vectors", len(list))
	}
	for _, row := range list {
		public := (*[32]byte)(unhex(t, row["public key"]))
		message := unhex(t, row["message"])
		signature := (*[64]byte)(unhex(t, row["signature"]))
		if row["secret key"] != "" {
			var got [64]byte
			var x [32]byte
			secret := (*[32]byte)(unhex(t, row["secret key"]))
			if err := Sign(&got, secret, message, (*[32]byte)(unhex(t, row["aux_rand"]))); err != nil {
				t.Fatal(err)
			}
			if got != *signature {
				t.Errorf("vector %s: signature %x", row["index"], got)
			}
			if err := PublicKey(&x, secret); err != nil || !bytes.Equal(x[:], public[:]) {
				t.Errorf("vector %s: public key %x", row["index"], x)
			}
		}
		valid := VerifyVartime(signature, public, message) == SignatureValid
		if valid != strings.EqualFold(row["verification result"], "TRUE") {
			t.Errorf("vector %s (%s): %v", row["index"], row["comment"], valid)
		}
	}
}
