// Command gen writes every generated file of the repository from internal/schema. It imports nothing that it writes, so it
// runs even when the generated files are missing or broken. The same schema always gives the same bytes.
//
//	go run ./internal/gen        write the files
//	go run ./internal/gen -list  print their names
package main

import (
	"bytes"
	"embed"
	"flag"
	"fmt"
	"go/format"
	"log"
	"os"
	"path/filepath"
	"strings"
	"text/template"
)

//go:embed templates
var templates embed.FS

// outputs maps each generated file to the template that makes it. The header comes before what is derived from it.
var outputs = []struct{ file, template string }{
	{"status/zstatus.go", "status.go.tmpl"},
	{"sv2/zmessages.go", "messages.go.tmpl"},
	{"sv2/zregistry.go", "registry.go.tmpl"},
	{"sv2/zfields.go", "fields.go.tmpl"},
	{"sv2/zconstants.go", "constants.go.tmpl"},
	{"sv2/inspect/zunits.go", "units.go.tmpl"},
	{"sv2/zmessages_test.go", "messages_test.go.tmpl"},
	{"sv2/session/zenumerations.go", "enumerations.go.tmpl"},
	{"sv2/endpoint/zenumerations.go", "endpoint_enumerations.go.tmpl"},
	{"include/sv2.h", "sv2.h.tmpl"},
	{"include/sv2.hpp", "sv2.hpp.tmpl"},
	{"capi/zmessages.go", "exports.go.tmpl"},
	{"capi/zlayout.go", "layout.go.tmpl"},
	{"capi/shim/zmessages.c", "shim.c.tmpl"},
	{"test/c/zmessages.c", "messages.c.tmpl"},
	{"test/c/zlayout.c", "layout.c.tmpl"},
	{"test/c/zsession_messages.c", "session_messages.c.tmpl"},
	{"docs/messages.md", "messages.md.tmpl"},
	{"docs/status.md", "status.md.tmpl"},
}

// symbolsFile lists the public functions; it is derived from the generated header, not from a template.
const symbolsFile = "docs/symbols-in-versions"

func main() {
	log.SetFlags(0)
	log.SetPrefix("gen: ")
	list := flag.Bool("list", false, "print the names of the generated files")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	if *list {
		for _, o := range outputs {
			fmt.Println(o.file)
		}
		fmt.Println(symbolsFile)
		return
	}
	model := newModel()
	for _, o := range outputs {
		content, err := render(o.template, model)
		if err != nil {
			log.Fatalf("%s: %v", o.file, err)
		}
		write(*root, o.file, content)
		if o.file == "include/sv2.h" {
			write(*root, symbolsFile, symbolsInVersions(content))
			model.Structs = structLayouts(content)
		}
	}
}

func render(name string, model *model) ([]byte, error) {
	t, err := template.New(name).Funcs(functions).ParseFS(templates, "templates/"+name, "templates/parts/*")
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, model); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		formatted, err := format.Source(out.Bytes())
		if err != nil {
			return nil, fmt.Errorf("%w in\n%s", err, out.Bytes())
		}
		return formatted, nil
	}
	return out.Bytes(), nil
}

func write(root, file string, content []byte) {
	path := filepath.Join(root, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		log.Fatal(err)
	}
}
