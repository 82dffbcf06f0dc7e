package main

// dataModels are the C data models that the layout of the public structs is computed for: LP64, ILP32 with 8-byte aligned
// uint64_t (arm) and ILP32 with 4-byte aligned uint64_t (i386).
const dataModels = 3

// member is one struct member with its offset in each data model.
type member struct {
	Name   string
	Offset [dataModels]int
}

// structLayout is the layout that a C compiler must give a message struct.
type structLayout struct {
	Members []member
	Size    [dataModels]int
}

// Layout lays the struct of a message out as C does: each member at the next multiple of its alignment.
func (m message) Layout() structLayout {
	var l structLayout
	l.Members = make([]member, len(m.Fields))
	for d := range dataModels {
		offset, widest := 0, 1
		for i, f := range m.Fields {
			align := f.Wire.CAlign[d]
			widest = max(widest, align)
			offset = roundUp(offset, align)
			l.Members[i].Name = f.Name
			l.Members[i].Offset[d] = offset
			offset += f.Wire.CSize[d]
		}
		l.Size[d] = roundUp(offset, widest)
	}
	return l
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
