import type { Area } from './area.ts';
import { calls, combine } from './area.ts';

const data = { t: '2020-02-29T13:04:05.678901234Z' };
const times = ['0', '1', '1583000000', '-1', '-86400', '(int64 951782400)', '1700000000', '253402300800', '-62135596801', '4102444800', '1111111111', '1616893199', '1616893200', '1635642000', '1635638399'];
const layouts = ['"2006-01-02"', '"2006-01-02T15:04:05Z07:00"', '"Mon Jan _2 15:04:05 2006"', '"Monday, 02-Jan-06 15:04:05 MST"', '"Mon, 02 Jan 2006 15:04:05 -0700"', '"3:04PM"', '"03:04:05 pm"', '"15h4m5s"', '"2006-002 __2"', '"1/2/06"', '"January Jan Janu Monday Mon Mont"', '"Z0700 Z07 -07 -07:00 Z07:00:00 -070000 -07:00:00 Z070000"', '"05.000 05.999 05,000000 .00 5.9999x .0x .00000000000"', '"_2006 _2 __2 2006"', '"0102150405 01234567 002006"', '"MST PM pm"', '"é ü"', '""', '"plain"', '"20060102150405"', '"2 02 _2 3 4 5 15 1"'];
const zones = ['"UTC"', '"Local"', '""', '"Europe/Berlin"', '"America/New_York"', '"Asia/Kolkata"', '"Asia/Tokyo"', '"Australia/Lord_Howe"', '"America/Sao_Paulo"', '"Etc/GMT+5"', '"EST"', '"Nope/Zone"', '"../etc"', '"Pacific/Apia"', '"Africa/Casablanca"', '"europe/berlin"', '"America/St_Johns"', '"Europe/London"', '"CET"', '"Asia/Kathmandu"'];

const parsing = [
  ...combine(['{{ mustToDate '], ['"2006-01-02"', '"2006-01-02T15:04:05Z07:00"', '"Jan _2 2006"', '"15:04:05"', '"3:04PM"', '"Mon, 02 Jan 2006 15:04:05 MST"', '"2006-002"', '"2006-01-02 15:04:05 -0700"', '"06-1-2"', '"2006-01-02T15:04:05.000Z"', '"Monday January 2 2006"', '"15:04:05.999"', '"2006 01 02"', '""', '"x2006"', '"2006-01-02 MST"', '"20060102150405"', '"2006-01-02 -07"', '"__2 2006"'], [' '], ['"2020-02-29"', '"2021-02-29"', '"2020-13-01"', '"2020-02-30"', '"2020-2-3"', '"2020-02-29T13:04:05Z"', '"2020-02-29T13:04:05+02:00"', '"2020-02-29T13:04:05.123Z"', '"2020-02-29T25:04:05Z"', '"Feb  3 2020"', '"feb 3 2020"', '"13:61:00"', '"13:04:05"', '"1:02PM"', '"13:02PM"', '"12:00AM"', '"Mon, 03 Feb 2020 13:04:05 CET"', '"Mon, 03 Feb 2020 13:04:05 GMT"', '"Mon, 03 Feb 2020 13:04:05 GMT+3"', '"2020-366"', '"2021-366"', '"2020-060"', '"2020-02-29 13:04:05 +0530"', '"2020-02-29 13:04:05 -0000"', '"99-1-2"', '"20-1-2"', '""', '"garbage"', '"2020-02-29x"', '"Monday January 2 2006"', '"13:04:05.5"', '"2020  02 29"', '"x2020"', '"2020-02-29 UTC"', '"2020-02-29 XYZ"', '"2020-02-29 -08"', '"20200229130405"', '" 60 2020"', '"é"'], [' }}']),
  ...calls('toDate', ['"2006-01-02"', '"bad"'], ['"2020-02-03"', '"x"']),
];

const durations = ['""', '"0"', '"1h"', '"1h30m"', '"-1h"', '"+5s"', '"1.5h"', '"1d"', '"100ms"', '"1us"', '"1µs"', '"1ns"', '"1"', '"h"', '".5s"', '"1.s"', '".s"', '"1h1h"', '"9223372036s"', '"9999999999999h"', '"1h 2m"', '"24h"', '"25h"', '"720h"', '"8761h"', '"731h"', '"60m"', '"61m"', '"60s"', '"59s"', '"1e3s"', '"é"', '"1.0000000001s"', '"2562047h47m16.854775807s"', '"-2562047h47m16.854775808s"', '"0.1ns"'];

/** What ECMAScript's zone data say otherwise: aliases before 1900, and Morocco's clocks after 2087. */
function isCertain(template: string): boolean {
  return !/-62135596801 "(?:EST|CET)"|(?:253402300800|4102444800) "Africa/.test(template);
}

export const dates: Area = {
  data,
  templates: [
    ...combine(['{{ date '], layouts, [' '], times, [' }}']),
    ...combine(['{{ dateInZone '], ['"2006-01-02 15:04:05 -0700 MST"', '"Jan 2 3:04:05.000 PM Z07:00"'], [' '], times, [' '], zones, [' }}']).filter(isCertain),
    ...combine(['{{ '], ['htmlDate', 'duration', 'durationRound'], [' '], ['0', '(int64 0)', '(int64 95)', '(int64 3600000000001)', '(int64 3600000000000)', '(int64 -95)', '"95"', '"x"', '"1h"', '1.5', ...times.slice(2, 6)], [' }}'].map((end) => end)).filter((template) => !/htmlDate (?:"|1\.5)/.test(template)),
    ...calls('htmlDateInZone', times.slice(0, 4), zones.slice(0, 5)),
    ...calls('date_in_zone', ['"2006"'], ['0'], ['"UTC"']),
    ...combine(['{{ dateModify '], durations, [' (toDate "2006-01-02" "2020-02-29") }}']),
    ...combine(['{{ mustDateModify '], durations, [' (toDate "2006-01-02" "2020-02-29") }}']),
    ...combine(['{{ durationRound '], durations, [' }}']),
    ...combine(['{{ (toDate "2006-01-02T15:04:05.999999999Z07:00" .t).'], ['Year', 'Month', 'Day', 'Hour', 'Minute', 'Second', 'Nanosecond', 'Weekday', 'YearDay', 'Unix', 'UnixMilli', 'UnixNano', 'UnixMicro', 'IsZero', 'UTC', 'String', 'Format "2006"', 'AddDate 0 1 1', 'AddDate 1 -1 -40', 'Nope', 'Year 1', 'Format', 'Format 1', 'Add 1', 'Month.String', 'Weekday.String', 'Month.Nope'], [' }}']),
    '{{ $a := toDate "2006-01-02" "2020-01-01" }}{{ $b := toDate "2006-01-02" "2020-03-01" }}{{ $b.Sub $a }} {{ ($b.Sub $a).Hours }} {{ ($b.Sub $a).Minutes }} {{ $a.Before $b }} {{ $a.After $b }} {{ $a.Equal $a }} {{ $a.Compare $b }} {{ $a.Add ($b.Sub $a) }} {{ ($b.Sub $a).Round ($b.Sub $a) }} {{ printf "%d %v %T" ($b.Sub $a) ($b.Sub $a) ($b.Sub $a) }} {{ $a.Truncate ($b.Sub $a) }}',
    '{{ unixEpoch (toDate "2006-01-02" "2020-02-03") }}', '{{ unixEpoch 1 }}', '{{ unixEpoch nil }}', '{{ dateModify "1h" 1 }}', '{{ dateModify "1h" nil }}', '{{ date "2006" }}', '{{ toDate "2006" "x" }}', '{{ toDate "2006-01-02" "2020-02-03" | date "Jan 2" }}', '{{ toDate "2006-01-02" "2020-02-03" | toJson }}', '{{ toDate "2006-01-02" "2020-02-03" | printf "%s" }}', '{{ (toDate "2006" "2020") | typeOf }}', '{{ (toDate "2006" "2020") | kindOf }}', '{{ (toDate "2006" "2020") | empty }}', '{{ if (toDate "x" "y") }}T{{ end }}', '{{ eq (toDate "2006" "2020") (toDate "2006" "2020") }}', '{{ (toDate "2006" "2020").Month | printf "%d %s" 1 }}', '{{ len (toDate "2006" "2020") }}', '{{ range (toDate "2006" "2020") }}{{ end }}', '{{ date "2006-01-02 15:04" (dateModify "-1.5h" (toDate "2006-01-02" "2020-01-01")) }}', '{{ index (toDate "2006" "2020") 1 }}', '{{ (toDate "2006-01-02" "2020-02-03").Month }}', '{{ eq (toDate "2006-01-02" "2020-02-03").Month 2 }}',
  ],
};
