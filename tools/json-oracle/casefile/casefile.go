// Package casefile reads and writes the case files that tests of libs/api/src/property compare with what the Go modules answer.
package casefile

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"log"
	"os"
	"unicode/utf8"
)

// Text stands in a case file as a string, or as {"base64": …} where it is not UTF-8.
type Text string

func (t Text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return marshal(string(t))
	}
	return marshal(map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(t))})
}

func (t *Text) UnmarshalJSON(raw []byte) error {
	var plain string
	if err := json.Unmarshal(raw, &plain); err == nil {
		*t = Text(plain)
		return nil
	}
	var encoded struct{ Base64 []byte }
	err := json.Unmarshal(raw, &encoded)
	*t = Text(encoded.Base64)
	return err
}

// Rewrite replaces the file that the program's one argument names, whose content is a T, by what answered makes of it.
// The program ends with a message where that fails.
func Rewrite[T any](answered func(T) []byte) {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatalf("usage: %s CASE_FILE", os.Args[0])
	}
	raw, err := os.ReadFile(os.Args[1])
	check(err)
	var content T
	check(json.Unmarshal(raw, &content))
	check(os.WriteFile(os.Args[1], answered(content), 0o644))
}

// Line is the JSON of a value, as json.Marshal writes it but without escaping < > &, which are path characters and should
// stay readable.
func Line(value any) []byte {
	line, err := marshal(value)
	check(err)
	return line
}

// Comma is what follows the line at an index of so many.
func Comma(index, count int) string {
	if index == count-1 {
		return ""
	}
	return ","
}

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
