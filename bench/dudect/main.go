// Command dudect looks for a dependence of the time of the static-key
// multiplication on the key, with the statistical test of "Dude, is my code
// constant time?" (Reparaz, Balasch, Verbauwhede, 2017): it measures two kinds
// of key in random order, crops slow outliers, and applies Welch's t-test.
//
// It prints the largest |t| over all croppings. Below 4.5 there is no evidence
// of a leak at this number of measurements; above 10 there is one. Figures
// between ask for more measurements. It is a measurement, not a test that
// passes or fails: the machine's noise decides how small a leak it can see.
//
//	go run ./bench/dudect [-measurements N]
package main

import (
	"crypto/rand"
	"flag"
	"fmt"
	"math"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"time"

	"github.com/libsv2/libsv2/internal/secp256k1"
)

func main() {
	measurements := flag.Int("measurements", 100_000, "multiplications for each comparison")
	flag.Parse()
	for _, c := range comparisons() {
		t, mean := c.run(*measurements)
		if _, err := fmt.Printf("%-44s max|t| %6.2f   means %.2f and %.2f us\n", c.name, t, mean[0], mean[1]); err != nil {
			os.Exit(1)
		}
	}
}

// comparison is two ways of choosing a key, and what is timed with it.
type comparison struct {
	name    string
	classes [2]func(*[32]byte)
	timed   func(*[32]byte)
}

func comparisons() []comparison {
	var ours, theirs [64]byte
	must(rand.Read(theirs[:]))
	var shared, public [32]byte
	ecdh := func(secret *[32]byte) { check(secp256k1.ECDH(&shared, secret, &ours, &theirs, false)) }
	publicKey := func(secret *[32]byte) { check(secp256k1.PublicKey(&public, secret)) }
	var fixed [32]byte
	random(&fixed)
	constant := func(secret *[32]byte) { *secret = fixed }
	sparse := func(secret *[32]byte) { *secret = [32]byte{31: 3} }
	power := func(secret *[32]byte) { *secret = [32]byte{16: 1} } // 2^120
	return []comparison{
		// The same code on the same kind of key: what the machine alone gives.
		{"control: random against random", [2]func(*[32]byte){random, random}, ecdh},
		{"static-key ECDH: fixed against random", [2]func(*[32]byte){constant, random}, ecdh},
		{"static-key ECDH: 3 against random", [2]func(*[32]byte){sparse, random}, ecdh},
		{"static-key ECDH: 2^120 against random", [2]func(*[32]byte){power, random}, ecdh},
		{"public key: 3 against random", [2]func(*[32]byte){sparse, random}, publicKey},
	}
}

func random(secret *[32]byte) { check(secp256k1.GenerateSecret(secret, rand.Reader)) }

func must(_ int, err error) { check(err) }

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// run returns the largest |t| and the mean of each class in microseconds.
func (c *comparison) run(measurements int) (float64, [2]float64) {
	// Keys are made beforehand, so that making them does not disturb the caches
	// differently for the two classes.
	const batch = 1000
	var times [2][]float64
	var keys [batch][32]byte
	var class [batch]int
	for range 2000 {
		c.classes[1](&keys[0])
		c.timed(&keys[0])
	}
	for done := 0; done < measurements; done += batch {
		for i := range keys {
			class[i] = mathrand.IntN(2)
			c.classes[class[i]](&keys[i])
		}
		for i := range keys {
			begin := time.Now()
			c.timed(&keys[i])
			times[class[i]] = append(times[class[i]], float64(time.Since(begin).Nanoseconds()))
		}
	}
	all := slices.Concat(times[0], times[1])
	slices.Sort(all)
	largest := 0.0
	for _, share := range []float64{0.5, 0.7, 0.8, 0.9, 0.95, 0.99, 1} {
		limit := all[int(share*float64(len(all)-1))]
		if t := math.Abs(welch(below(times[0], limit), below(times[1], limit))); t > largest {
			largest = t
		}
	}
	limit := all[len(all)*9/10]
	first, _ := moments(below(times[0], limit))
	second, _ := moments(below(times[1], limit))
	return largest, [2]float64{first / 1000, second / 1000}
}

func below(list []float64, limit float64) (kept []float64) {
	for _, v := range list {
		if v <= limit {
			kept = append(kept, v)
		}
	}
	return kept
}

func moments(list []float64) (mean, variance float64) {
	for _, v := range list {
		mean += v
	}
	mean /= float64(len(list))
	for _, v := range list {
		variance += (v - mean) * (v - mean)
	}
	return mean, variance / float64(len(list)-1)
}

// welch is the statistic of Welch's t-test.
func welch(a, b []float64) float64 {
	meanA, varianceA := moments(a)
	meanB, varianceB := moments(b)
	return (meanA - meanB) / math.Sqrt(varianceA/float64(len(a))+varianceB/float64(len(b)))
}
