package main

import (
	"fmt"
	"go/token"
	"regexp"
	"strconv"
	"strings"
)

// dataModels are the C data models that the layout of the public structs is computed for: LP64, ILP32 with 8-byte aligned
// uint64_t (arm) and ILP32 with 4-byte aligned uint64_t (i386).
const dataModels = 3

// structLayout is the layout that a C compiler must give a struct of the header.
type structLayout struct {
	C       string
	Members []member
	Size    [dataModels]int
	align   [dataModels]int
	padded  bool // behind the last member, in some data model
}

// member is one struct member with its offset in each data model.
type member struct {
	Name   string
	Offset [dataModels]int
}

// CGo is the name under which cgo knows the member: Go keywords get an underscore.
func (m member) CGo() string { return cgoName(m.Name) }

func cgoName(name string) string {
	if token.IsKeyword(name) {
		return "_" + name
	}
	return name
}

var (
	cComment    = regexp.MustCompile(`(?s)/\*.*?\*/`)
	cStruct     = regexp.MustCompile(`(?s)\ntypedef struct (\w+) \{(.*?)\n\} (\w+);`)
	cMember     = regexp.MustCompile(`^(?:const )?(\w+) (\*?)(\w+)(?:\[(\d+)\])?$`)
	cFunction   = regexp.MustCompile(`^\w+ \(\*(\w+)\)\(.*\)$`)
	userWritten = regexp.MustCompile(`_(config|policy|hooks)$`)
)

var cPointer = structLayout{Size: [dataModels]int{8, 4, 4}, align: [dataModels]int{8, 4, 4}}

// cTypes are the types that struct members are made of.
func cTypes() map[string]structLayout {
	types := map[string]structLayout{"size_t": cPointer}
	for name, n := range map[string]int{
		"char": 1, "uint8_t": 1, "uint16_t": 2, "uint32_t": 4, "int32_t": 4, "sv2_status": 4, "float": 4, "uint64_t": 8,
	} {
		types[name] = structLayout{Size: [dataModels]int{n, n, n}, align: [dataModels]int{n, n, min(n, 4)}}
	}
	return types
}

// structLayouts lays out every struct of the header as C does: each member at the next multiple of its alignment. The one
// with a union is left to the compilers. A struct that programs fill in and that may grow must not end in padding: what an
// older program left there would be read as the value of a new member.
func structLayouts(header []byte) []structLayout {
	types := cTypes()
	var layouts []structLayout
	for _, s := range cStruct.FindAllStringSubmatch(cComment.ReplaceAllString(string(header), ""), -1) {
		if strings.Contains(s[2], "union {") {
			continue
		}
		l := layOut(s[1], strings.Split(s[2], ";"), types)
		if l.padded && l.Members[0].Name == "struct_size" && userWritten.MatchString(l.C) {
			panic("sv2.h: " + l.C + " ends in padding")
		}
		types[l.C] = l
		layouts = append(layouts, l)
	}
	if len(layouts) != strings.Count(string(header), "\ntypedef struct ")-1 {
		panic(fmt.Sprintf("sv2.h: %d layouts", len(layouts)))
	}
	return layouts
}

func layOut(name string, declarations []string, types map[string]structLayout) structLayout {
	l := structLayout{C: name, align: [dataModels]int{1, 1, 1}}
	for _, declaration := range declarations {
		declaration = strings.Join(strings.Fields(declaration), " ")
		if declaration == "" {
			continue
		}
		m, of, count := readMember(declaration, types)
		for d := range dataModels {
			m.Offset[d] = roundUp(l.Size[d], of.align[d])
			l.Size[d] = m.Offset[d] + count*of.Size[d]
			l.align[d] = max(l.align[d], of.align[d])
		}
		l.Members = append(l.Members, m)
	}
	end := l.Size
	for d := range dataModels {
		l.Size[d] = roundUp(end[d], l.align[d])
	}
	l.padded = l.Size != end
	return l
}

func readMember(declaration string, types map[string]structLayout) (m member, of structLayout, count int) {
	if f := cFunction.FindStringSubmatch(declaration); f != nil {
		return member{Name: f[1]}, cPointer, 1
	}
	f := cMember.FindStringSubmatch(declaration)
	if f == nil {
		panic("sv2.h: member " + declaration)
	}
	of, known := types[f[1]]
	if f[2] == "*" {
		of, known = cPointer, true
	}
	if !known {
		panic("sv2.h: type of " + declaration)
	}
	count = 1
	if f[4] != "" {
		count, _ = strconv.Atoi(f[4])
	}
	return member{Name: f[3]}, of, count
}

func roundUp(n, to int) int { return (n + to - 1) / to * to }
