// Answers what github.com/robfig/cron/v3 makes of schedules: reads a JSON list of cases, writes a JSON list of answers.
package main

import (
	"encoding/json"
	"log"
	"os"
	"time"

	"github.com/robfig/cron/v3"
)

// question is one schedule at one instant. Seconds, because a schedule knows nothing finer.
type question struct {
	Schedule string `json:"schedule"`
	// At is an instant in Unix seconds.
	At int64 `json:"at"`
	// Duration of the window in seconds.
	Duration int64 `json:"duration"`
}

type answer struct {
	// Readable is false where the library refuses the schedule; nothing else is set then.
	Readable bool `json:"readable"`
	// Next opening after At in Unix seconds, 0 when there is none in five years.
	Next int64 `json:"next"`
	// Active says whether a window opened at most Duration before At, or at At.
	Active bool `json:"active"`
}

func ask(q question) answer {
	schedule, err := cron.ParseStandard(q.Schedule)
	if err != nil {
		return answer{}
	}
	at := time.Unix(q.At, 0).UTC()
	duration := time.Duration(q.Duration) * time.Second
	a := answer{Readable: true}
	if next := schedule.Next(at); !next.IsZero() {
		a.Next = next.Unix()
	}
	opened := schedule.Next(at.Add(-duration - time.Second))
	a.Active = !opened.IsZero() && !opened.After(at)
	return a
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		log.Fatal(err)
	}
	answers := make([]answer, 0, len(questions))
	for _, q := range questions {
		answers = append(answers, ask(q))
	}
	if err := json.NewEncoder(os.Stdout).Encode(answers); err != nil {
		log.Fatal(err)
	}
}
