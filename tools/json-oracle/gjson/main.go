// Answers the cases of a case file with the gjson module itself and writes the answers into the file:
//
//	go run ./gjson ../../libs/api/src/property/testdata/gjson-cases.json
//
// A case is {"document": name, "path": path, "answer": …}. The answer is null where the path leads to nothing, the text of the value
// otherwise.
package main

import (
	"bytes"
	"fmt"
	"log"
	"maps"
	"slices"

	"github.com/tidwall/gjson"

	"json-oracle/casefile"
)

type testCase struct {
	Document string         `json:"document"`
	Path     string         `json:"path"`
	Answer   *casefile.Text `json:"answer"`
}

type content struct {
	Documents map[string]casefile.Text `json:"documents"`
	Cases     []testCase               `json:"cases"`
}

func main() {
	casefile.Rewrite(func(file content) []byte {
		for i := range file.Cases {
			file.Cases[i].Answer = answer(file, file.Cases[i])
		}
		return render(file)
	})
}

func answer(file content, c testCase) *casefile.Text {
	document, known := file.Documents[c.Document]
	if !known {
		log.Fatalf("no document %q", c.Document)
	}
	result := gjson.Get(string(document), c.Path)
	if !result.Exists() {
		return nil
	}
	found := casefile.Text(result.String())
	return &found
}

// One document and one case a line, so that a change of one is a change of one line.
func render(file content) []byte {
	var out bytes.Buffer
	out.WriteString("{\n  \"documents\": {\n")
	names := slices.Sorted(maps.Keys(file.Documents))
	for i, name := range names {
		line := casefile.Line(file.Documents[name])
		fmt.Fprintf(&out, "    %s: %s%s\n", casefile.Line(name), line, casefile.Comma(i, len(names)))
	}
	out.WriteString("  },\n  \"cases\": [\n")
	for i, c := range file.Cases {
		fmt.Fprintf(&out, "    { \"document\": %s, \"path\": %s, \"answer\": %s }%s\n", casefile.Line(c.Document),
			casefile.Line(c.Path), casefile.Line(c.Answer), casefile.Comma(i, len(file.Cases)))
	}
	out.WriteString("  ]\n}\n")
	return out.Bytes()
}
