// Package status is the list of everything that a call into libsv2 may end with. The numbers, names and texts are those of
// sv2_status in the C header, generated from one table, so that a failure has the same kind in Go and in C.
//
// A [Kind] is an error: test with errors.Is(err, status.Truncated). Errors that know more than their kind, such as the
// message, the field and the offset, wrap it.
package status

// Kind is one way in which a call can end. 0 is success and is never returned as an error; negative kinds are errors;
// positive ones mean that nothing failed but the call is not done.
type Kind int32

// Error returns the text of the kind.
func (k Kind) Error() string {
	if e := k.entry(); e != nil {
		return e.text
	}
	return "unknown status"
}

// Name returns the name of the kind in the C header, such as SV2_ERR_TRUNCATED.
func (k Kind) Name() string {
	if e := k.entry(); e != nil {
		return e.name
	}
	return "SV2_UNKNOWN"
}

// Class returns what a caller should do about the kind. An unknown kind is [ClassInternal].
func (k Kind) Class() Class {
	if e := k.entry(); e != nil {
		return e.class
	}
	return ClassInternal
}

// All returns every kind, in the order of the table.
func All() []Kind {
	kinds := make([]Kind, len(entries))
	for i := range entries {
		kinds[i] = entries[i].kind
	}
	return kinds
}

// Class groups kinds by what a caller should do.
type Class int32

type entry struct {
	kind       Kind
	class      Class
	name, text string
}

var success = entry{0, ClassNotDone, "SV2_OK", "success"}

func (k Kind) entry() *entry {
	if k == 0 {
		return &success
	}
	for i := range entries {
		if entries[i].kind == k {
			return &entries[i]
		}
	}
	return nil
}
