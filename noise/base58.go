package noise

import (
	"crypto/sha256"

	"github.com/libsv2/libsv2/status"
)

const (
	base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	checksumSize   = 4
	maxBase58Data  = 2 + 32 + checksumSize
	// maxBase58Text is the length of the largest number of maxBase58Data bytes.
	maxBase58Text = 52
)

// base58Value maps a character to its digit plus one, others to 0.
var base58Value = func() (values [256]byte) {
	for i := range len(base58Alphabet) {
		values[base58Alphabet[i]] = byte(i + 1)
	}
	return values
}()

func checksum(data []byte) [checksumSize]byte {
	first := sha256.Sum256(data)
	second := sha256.Sum256(first[:])
	return [checksumSize]byte(second[:])
}

// appendBase58Check appends the text of data and its checksum; data has at most
// 34 bytes. Leading zero bytes become leading ones.
func appendBase58Check(dst, data []byte) []byte {
	var number [maxBase58Data]byte
	n := copy(number[:], data)
	sum := checksum(data)
	n += copy(number[n:], sum[:])

	// Digits by repeated division, least significant first.
	var digits [maxBase58Text]byte
	count := 0
	defer func() { wipe(number[:]); wipe(digits[:]) }()
	zeros := 0
	for zeros < n && number[zeros] == 0 {
		zeros++
	}
	for start := zeros; start < n; {
		remainder := 0
		for i := start; i < n; i++ {
			v := remainder<<8 | int(number[i])
			number[i] = byte(v / 58)
			remainder = v % 58
		}
		digits[count] = base58Alphabet[remainder]
		count++
		for start < n && number[start] == 0 {
			start++
		}
	}
	for range zeros {
		dst = append(dst, base58Alphabet[0])
	}
	for i := count - 1; i >= 0; i-- {
		dst = append(dst, digits[i])
	}
	return dst
}

// decodeBase58Check fills data, at most 34 bytes, from a text of exactly that
// many bytes and a checksum.
func decodeBase58Check(data []byte, text []byte) error {
	for _, c := range text {
		if base58Value[c] == 0 {
			return status.KeyCharacter
		}
	}
	zeros := 0
	for zeros < len(text) && text[zeros] == base58Alphabet[0] {
		zeros++
	}
	size := len(data) + checksumSize
	if len(text) > maxBase58Text || zeros > size {
		return status.KeyLength
	}
	// The number, right-aligned, with a byte to notice that it is too long.
	var number [maxBase58Data + 1]byte
	defer wipe(number[:])
	significant := len(number)
	for _, c := range text[zeros:] {
		carry := int(base58Value[c] - 1)
		i := len(number) - 1
		for ; carry != 0 || i >= significant; i-- {
			if i < 0 {
				return status.KeyLength
			}
			carry += int(number[i]) * 58
			number[i] = byte(carry)
			carry >>= 8
		}
		significant = i + 1
	}
	if zeros+len(number)-significant != size {
		return status.KeyLength
	}
	decoded := number[len(number)-size:]
	if checksum(decoded[:len(data)]) != [checksumSize]byte(decoded[len(data):]) {
		return status.KeyChecksum
	}
	copy(data, decoded)
	return nil
}
