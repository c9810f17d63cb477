// Answers the cases of a case file with the gjson module itself and writes the answers into the file:
//
//	go run . ../../libs/api/src/property/testdata/gjson-cases.json
//
// A case is {"document": name, "path": path, "answer": …}. The answer is null where the path leads to nothing, the text of the value
// otherwise. Text that is not UTF-8 stands as {"base64": …}, in documents and in answers.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"slices"
	"unicode/utf8"

	"github.com/tidwall/gjson"
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
	Document string `json:"document"`
	Path     string `json:"path"`
	Answer   *text  `json:"answer"`
}

type caseFile struct {
	Documents map[string]text `json:"documents"`
	Cases     []testCase      `json:"cases"`
}

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: gjson-oracle CASE_FILE")
	}
	raw, err := os.ReadFile(os.Args[1])
	check(err)
	var file caseFile
	check(json.Unmarshal(raw, &file))
	for i := range file.Cases {
		file.Cases[i].Answer = answer(file, file.Cases[i])
	}
	check(os.WriteFile(os.Args[1], render(file), 0o644))
}

func answer(file caseFile, c testCase) *text {
	document, known := file.Documents[c.Document]
	if !known {
		log.Fatalf("no document %q", c.Document)
	}
	result := gjson.Get(string(document), c.Path)
	if !result.Exists() {
		return nil
	}
	found := text(result.String())
	return &found
}

// One document and one case a line, so that a change of one is a change of one line.
func render(file caseFile) []byte {
	var out bytes.Buffer
	out.WriteString("{\n  \"documents\": {\n")
	names := make([]string, 0, len(file.Documents))
	for name := range file.Documents {
		names = append(names, name)
	}
	slices.Sort(names)
	for i, name := range names {
		fmt.Fprintf(&out, "    %s: %s%s\n", must(marshal(name)), must(marshal(file.Documents[name])), comma(i, len(names)))
	}
	out.WriteString("  },\n  \"cases\": [\n")
	for i, c := range file.Cases {
		fmt.Fprintf(&out, "    { \"document\": %s, \"path\": %s, \"answer\": %s }%s\n",
			must(marshal(c.Document)), must(marshal(c.Path)), must(marshal(c.Answer)), comma(i, len(file.Cases)))
	}
	out.WriteString("  ]\n}\n")
	return out.Bytes()
}

func comma(i, count int) string {
	if i == count-1 {
		return ""
	}
	return ","
}

// As json.Marshal, without escaping < > &, which are path characters and should stay readable.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), err
}

func must(raw []byte, err error) []byte {
	check(err)
	return raw
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
