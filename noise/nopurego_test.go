//go:build !purego

package noise

const purego = false
