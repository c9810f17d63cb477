// Answers the cases of a case file with the sjson module itself and writes the answers into the file:
//
//	go run . ../../libs/api/src/property/testdata/sjson-cases.json
//
// A case is {"document": text, "path": path, "value": text, "answer": …}. The answer is the document that sjson makes, null where it
// refuses. Text that is not UTF-8 stands as {"base64": …}.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"unicode/utf8"

	"github.com/tidwall/sjson"
)

type text string

func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return marshal(string(t))
	}
	return marshal(map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(t))})
}

func (t *text) UnmarshalJSON(raw []byte) error {
	var plain string
	if err := json.Unmarshal(raw, &plain); err == nil {
		*t = text(plain)
		return nil
	}
	var encoded struct{ Base64 []byte }
	err := json.Unmarshal(raw, &encoded)
	*t = text(encoded.Base64)
	return err
}

type testCase struct {
	Document text  `json:"document"`
	Path     text  `json:"path"`
	Value    text  `json:"value"`
	Answer   *text `json:"answer"`
}

type caseFile struct {
	Cases []testCase `json:"cases"`
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: sjson-oracle CASE_FILE")
	}
	raw, err := os.ReadFile(os.Args[1])
	check(err)
	var file caseFile
	check(json.Unmarshal(raw, &file))
	for i := range file.Cases {
		file.Cases[i].Answer = answer(file.Cases[i])
	}
	check(os.WriteFile(os.Args[1], render(file), 0o644))
}

func answer(c testCase) *text {
	written, err := sjson.Set(string(c.Document), string(c.Path), string(c.Value))
	if err != nil {
		return nil
	}
	made := text(written)
	return &made
}

// One case a line, so that a change of one is a change of one line.
func render(file caseFile) []byte {
	var out bytes.Buffer
	out.WriteString("{\n  \"cases\": [\n")
	for i, c := range file.Cases {
		comma := ","
		if i == len(file.Cases)-1 {
			comma = ""
		}
		line, err := marshal(c)
		check(err)
		fmt.Fprintf(&out, "    %s%s\n", line, comma)
	}
	out.WriteString("  ]\n}\n")
	return out.Bytes()
}

// As json.Marshal, without escaping < > &.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
