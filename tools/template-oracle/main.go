// Command template-oracle renders template cases with Go's own text/template, so that the TypeScript engine can be
// compared with it. It reads an array of {id, template, data} and writes an array of {id, output | outputBase64 | error}.
//
//	go run . < cases.json > answers.json
//
// With -bench N it renders every case N times and writes {id, compileNanoseconds, executeNanoseconds} instead.
package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"runtime"
	"text/template"
	"time"
	"unicode/utf8"
)

// testCase is one template with its data. The name of the template is the id.
type testCase struct {
	ID       string                 `json:"id"`
	Template text                   `json:"template"`
	Data     map[string]text        `json:"data"`
	Options  map[string]interface{} `json:"options,omitempty"`
}

// answer holds exactly one of output, outputBase64 and error.
type answer struct {
	ID           string  `json:"id"`
	Output       *string `json:"output,omitempty"`
	OutputBase64 *string `json:"outputBase64,omitempty"`
	Error        *string `json:"error,omitempty"`
}

// text is a JSON string, or {"base64": "..."} for bytes that are no UTF-8.
type text string

func (t *text) UnmarshalJSON(raw []byte) error {
	var plain string
	if err := json.Unmarshal(raw, &plain); err == nil {
		*t = text(plain)
		return nil
	}
	var encoded struct {
		Base64 []byte `json:"base64"`
	}
	if err := json.Unmarshal(raw, &encoded); err != nil {
		return err
	}
	*t = text(encoded.Base64)
	return nil
}

func (c testCase) compile() (*template.Template, error) {
	missingKey := "error"
	if c.Options["missingKey"] == "default" {
		missingKey = "default"
	}
	return template.New(c.ID).Funcs(functions()).Option("missingkey=" + missingKey).Parse(string(c.Template))
}

func (c testCase) root() map[string]string {
	root := make(map[string]string, len(c.Data))
	for key, value := range c.Data {
		root[key] = string(value)
	}
	return root
}

func (c testCase) render() (out []byte, err error) {
	// What panics outside of a function call would end the program and all other answers with it.
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	compiled, err := c.compile()
	if err != nil {
		return nil, err
	}
	var buffer bytes.Buffer
	if err := compiled.Execute(&buffer, c.root()); err != nil {
		return nil, err
	}
	return buffer.Bytes(), nil
}

func (c testCase) answer() answer {
	out, err := c.render()
	if err != nil {
		message := err.Error()
		return answer{ID: c.ID, Error: &message}
	}
	if utf8.Valid(out) {
		plain := string(out)
		return answer{ID: c.ID, Output: &plain}
	}
	encoded := base64.StdEncoding.EncodeToString(out)
	return answer{ID: c.ID, OutputBase64: &encoded}
}

func write(value any) {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(value); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

type timing struct {
	ID      string  `json:"id"`
	Compile float64 `json:"compileNanoseconds"`
	Execute float64 `json:"executeNanoseconds"`
}

func (c testCase) bench(rounds int) timing {
	start := time.Now()
	for range rounds {
		if _, err := c.compile(); err != nil {
			fail(err)
		}
	}
	compile := time.Since(start)
	compiled, err := c.compile()
	if err != nil {
		fail(err)
	}
	root := c.root()
	start = time.Now()
	for range rounds {
		var buffer bytes.Buffer
		if err := compiled.Execute(&buffer, root); err != nil {
			fail(err)
		}
	}
	execute := time.Since(start)
	n := float64(rounds)
	return timing{c.ID, float64(compile.Nanoseconds()) / n, float64(execute.Nanoseconds()) / n}
}

func main() {
	version := flag.Bool("version", false, "print the version of Go and stop")
	rounds := flag.Int("bench", 0, "render each case this often and print timings")
	flag.Parse()
	if *version {
		fmt.Println(runtime.Version())
		return
	}
	var cases []testCase
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		fail(err)
	}
	if *rounds > 0 {
		timings := []timing{}
		for _, c := range cases {
			timings = append(timings, c.bench(*rounds))
		}
		write(timings)
		return
	}
	answers := make([]answer, 0, len(cases))
	for _, c := range cases {
		answers = append(answers, c.answer())
	}
	write(answers)
}
