// Answers the cases of a case file with the sjson module itself and writes the answers into the file:
//
//	go run ./sjson ../../libs/api/src/property/testdata/sjson-cases.json
//
// A case is {"document": text, "path": path, "value": text, "answer": …}. The answer is the document that sjson makes, null where it
// refuses.
package main

import (
	"bytes"
	"fmt"

	"github.com/tidwall/sjson"

	"json-oracle/casefile"
)

type testCase struct {
	Document casefile.Text  `json:"document"`
	Path     casefile.Text  `json:"path"`
	Value    casefile.Text  `json:"value"`
	Answer   *casefile.Text `json:"answer"`
}

type content struct {
	Cases []testCase `json:"cases"`
}

func main() {
	casefile.Rewrite(func(file content) []byte {
		for i := range file.Cases {
			file.Cases[i].Answer = answer(file.Cases[i])
		}
		return render(file)
	})
}

func answer(c testCase) *casefile.Text {
	written, err := sjson.Set(string(c.Document), string(c.Path), string(c.Value))
	if err != nil {
		return nil
	}
	made := casefile.Text(written)
	return &made
}

// One case a line, so that a change of one is a change of one line.
func render(file content) []byte {
	var out bytes.Buffer
	out.WriteString("{\n  \"cases\": [\n")
	for i, c := range file.Cases {
		fmt.Fprintf(&out, "    %s%s\n", casefile.Line(c), casefile.Comma(i, len(file.Cases)))
	}
	out.WriteString("  ]\n}\n")
	return out.Bytes()
}
