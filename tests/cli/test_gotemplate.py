"""Go's template language, as `docker inspect --format` shows it: the three tables hold what docker's client prints."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakedocker_shell.cli.api_types import go_type
from fakedocker_shell.gotemplate import Template, TemplateError, Value
from fakedocker_shell.gotemplate.encoding import compact, decode_untyped, encode, indent
from fakedocker_shell.gotemplate.types import of

CONTAINER: dict[str, Any] = json.loads(
    """{
 "Id": "0c16c1fdcf40",
 "Name": "/web",
 "Args": [
  "-c",
  "sleep 300"
 ],
 "RestartCount": 0,
 "ExecIDs": null,
 "State": {
  "Status": "running",
  "Running": true,
  "ExitCode": 0,
  "Health": {
   "Status": "healthy",
   "FailingStreak": 0,
   "Log": [
    {
     "Start": "2026-11-24T07:51:58.169444036Z",
     "End": "2026-11-24T07:51:58Z",
     "ExitCode": 3,
     "Output": ""
    }
   ]
  }
 },
 "HostConfig": {
  "Memory": 67108864,
  "NanoCpus": 500000000,
  "NetworkMode": "bridge",
  "PortBindings": {
   "80/tcp": [
    {
     "HostIp": "",
     "HostPort": "8080"
    }
   ]
  },
  "RestartPolicy": {
   "Name": "on-failure",
   "MaximumRetryCount": 3
  },
  "Binds": [
   "data:/data"
  ]
 },
 "Config": {
  "Hostname": "h1",
  "Image": "alpine",
  "Env": [
   "A=1"
  ],
  "Cmd": [
   "sh"
  ],
  "Labels": {
   "k": "v",
   "a": "b"
  },
  "StopTimeout": 3,
  "Healthcheck": {
   "Test": [
    "CMD",
    "true"
   ],
   "Interval": 5000000000
  }
 },
 "NetworkSettings": {
  "Ports": {
   "80/tcp": [
    {
     "HostIp": "0.0.0.0",
     "HostPort": "8080"
    },
    {
     "HostIp": "::",
     "HostPort": "8080"
    }
   ]
  },
  "Networks": {
   "app": {
    "IPAddress": "172.18.0.2",
    "Aliases": [
     "www"
    ]
   }
  }
 },
 "Mounts": [
  {
   "Type": "volume",
   "Name": "data",
   "Source": "/var/lib/docker/volumes/data/_data",
   "Destination": "/data",
   "Driver": "local",
   "Mode": "z",
   "RW": true,
   "Propagation": ""
  }
 ]
}"""
)
TYPED = Value(go_type("*container.InspectResponse"), CONTAINER)

PRINTED = [
    ("{{if .State.Running}}up{{else}}down{{end}}", "up"),
    ('{{printf "%s:%d:%v:%q" .Name .RestartCount .State.Running .Config.Hostname}}', '/web:0:true:"h1"'),
    (
        '{{printf "%5.2f|%-8s|%05d|%x|%X|%t|%T|%#v|%+v" 3.14159 "ab" 42 255 255 true .Name .Args .HostConfig.RestartPolicy}}',
        ' 3.14|ab      |00042|ff|FF|true|string|[]string{"-c", "sleep 300"}|{Name:on-failure MaximumRetryCount:3}',
    ),
    (
        '{{printf "%d" "x"}} {{printf "%s" 3}} {{printf "%!"}} {{printf "%d"}} {{printf "x" 1 2}} {{printf "%z" 1}}',
        "%!d(string=x) %!s(int=3) %!!(MISSING) %!d(MISSING) x%!(EXTRA int=1, int=2) %!z(int=1)",
    ),
    (
        '{{printf "%s %d" .Args 3}} {{printf "%q" .Args}} {{printf "%6d|%-6d|%+d|% d|%o|%#o|%b|%c|%U" 42 42 42 42 8 8 5 65 65}}',
        '[-c sleep 300] 3 ["-c" "sleep 300"]     42|42    |+42| 42|10|010|101|A|U+0041',
    ),
    (
        "{{printf \"%e %g %G %f %.3g\" 12345.678 0.00001 1e30 1.5 3.14159}} {{1e3}} {{1.5}} {{0x10}} {{'a'}} {{1_000}}",
        "1.234568e+04 1e-05 1E+30 1.500000 3.14 1000 1.5 16 97 1000",
    ),
    ('{{printf "%8.3s|%t|%v" "abcdef" false nil}}', "     abc|false|<nil>"),
    ('{{printf "%*d" 5 3}} {{printf "%[2]d %[1]d" 1 2}}', "    3 2 1"),
    ('{{print 1 2 "a" "b" 3 nil true}} {{println 1 "a"}}', "1 2ab3 <nil> true 1 a\n"),
    (
        "{{.Config.Labels}} {{.Config.ExposedPorts}} {{.HostConfig.PortBindings}} {{.NetworkSettings.Ports}} {{.Config.Healthcheck}}",
        "map[a:b k:v] map[] map[80/tcp:[{ 8080}]] map[80/tcp:[{0.0.0.0 8080} {:: 8080}]] {[CMD true] 5s 0s 0s 0s 0}",
    ),
    (
        "{{.Config.Healthcheck.Interval}} {{.Config.Volumes}} {{.Config.StopTimeout}} {{.HostConfig.MemorySwappiness}} {{.HostConfig.OomKillDisable}} {{.HostConfig.Init}} {{.ExecIDs}} {{.HostConfig.CapAdd}}",
        "5s map[] 3 <nil> <nil> <nil> [] []",
    ),
    ("{{.RestartCount}} {{.Id}} {{json .RestartCount}}", "0 0c16c1fdcf40 0"),
    (
        '{{gt .RestartCount 1}} {{eq .RestartCount 0}} {{lt 1 2 }} {{le 2 2}} {{ge 1 2}} {{ne "a" "b"}}',
        "false true true true false true",
    ),
    ("{{eq .State .State}}", "true"),
    ("{{or true .Nope}} {{and false .Nope.X}}", "true false"),
    ("{{len .Args}} {{len .Name}} {{len .Config.Labels}} {{len .NetworkSettings.Networks}}", "2 4 2 1"),
    ("{{len .ExecIDs}}", "0"),
    ('{{index .Args 0}} {{index .Config.Labels "k"}} {{index .Config.Labels "nope"}}|', "-c v |"),
    ('{{index .NetworkSettings.Networks "app" "x"}}', "<no value>"),
    (
        '{{index .NetworkSettings.Ports "80/tcp" 0}} {{(index .NetworkSettings.Ports "80/tcp" 0).HostPort}}',
        "map[HostIp:0.0.0.0 HostPort:8080] 8080",
    ),
    ('{{index .NetworkSettings.Ports "81/tcp"}} ', "<no value> "),
    ("{{slice .Name 1}} {{slice .Args 0 1}} {{slice .Name 1 2}}", "web [-c] w"),
    ("{{range .Args}}[{{.}}]{{end}}{{range $i, $a := .Args}}{{$i}}={{$a}} {{end}}", "[-c][sleep 300]0=-c 1=sleep 300 "),
    ("{{range .ExecIDs}}x{{else}}none{{end}}", "none"),
    ("{{range $k, $v := .Config.Labels}}{{$k}}:{{$v}}{{end}}", "a:bk:v"),
    (
        "{{range $p, $b := .NetworkSettings.Ports}}{{$p}} {{$p.Port}} {{$p.Proto}} {{$p.Int}}{{range $b}} {{.HostIP}}:{{.HostPort}}{{end}}{{end}}",
        "80/tcp 80 tcp 80 0.0.0.0:8080 :::8080",
    ),
    ("{{range $p, $b := .NetworkSettings.Ports}}{{range $b}}{{.HostIp}}{{end}}{{end}}", "0.0.0.0::"),
    ("{{range 3}}{{.}}{{end}} {{range $i := 2}}{{$i}}{{end}}", "012 01"),
    ("{{range .State}}x{{end}}", "xxxx"),
    ("{{range .Args}}{{break}}{{end}}{{range .Args}}{{continue}}x{{end}}ok", "ok"),
    ('{{range .Args}}{{if eq . "-c"}}{{continue}}{{end}}{{.}}{{break}}{{end}}', "sleep 300"),
    (
        "{{with .Config}}{{.Image}}{{else}}no{{end}} {{with .ExecIDs}}x{{else}}none{{end}} {{with $x := .Name}}{{$x}}{{end}}",
        "alpine none /web",
    ),
    ("{{with .ExecIDs}}x{{else with .Name}}{{.}}{{end}}", "/web"),
    (
        '{{if and .State.Running (eq .Name "/web")}}1{{else if true}}2{{else}}3{{end}} {{if not .State.Running}}a{{else if .State.Running}}b{{end}}',
        "1 b",
    ),
    ('{{define "T"}}<{{.}}>{{end}}{{template "T" .Name}}{{template "T"}}', "</web><<no value>>"),
    ('{{block "B" .Name}}[{{.}}]{{end}}', "[/web]"),
    ("{{$x := 1}}{{$x = 2}}{{$x}} {{$.Name}}", "2 /web"),
    (
        '{{split .Name "e"}} {{join .Args "+"}} {{title "hello world"}} {{lower "AB"}} {{upper "ab"}} {{pad "x" 2 3}}| {{truncate "abcdef" 3}} {{truncate "ab" 5}}',
        "[/w b] -c+sleep 300 Hello World ab AB   x   | abc ab",
    ),
    ('{{join (split "a b" " ") ","}}', "a,b"),
    ('{{split "abc" ""}}', "[a b c]"),
    (
        '{{json .Config.Labels}} {{json .Args}} {{json "a<b>&\\"\\\\\\u2028"}} {{json 1.5}} {{json nil}} {{json .State}}',
        '{"a":"b","k":"v"} ["-c","sleep 300"] "a<b>&\\"\\\\\\u2028" 1.5 null {"Status":"running","Running":true,"Paused":false,"Restarting":false,"OOMKilled":false,"Dead":false,"Pid":0,"ExitCode":0,"Error":"","StartedAt":"","FinishedAt":"","Health":{"Status":"healthy","FailingStreak":0,"Log":[{"Start":"2026-11-24T07:51:58.169444036Z","End":"2026-11-24T07:51:58Z","ExitCode":3,"Output":""}]}}',
    ),
    (
        "{{json .Mounts}} {{json .NetworkSettings.Ports}} {{json .Config.Cmd}} {{json .HostConfig.Init}}",
        '[{"Type":"volume","Name":"data","Source":"/var/lib/docker/volumes/data/_data","Destination":"/data","Driver":"local","Mode":"z","RW":true,"Propagation":""}] {"80/tcp":[{"HostIp":"0.0.0.0","HostPort":"8080"},{"HostIp":"::","HostPort":"8080"}]} ["sh"] null',
    ),
    (
        '{{html "<a href=\'x\'>&\\""}} {{js "it\'s <b>\\n"}} {{urlquery "a b&c=d/é"}}',
        "&lt;a href=&#39;x&#39;&gt;&amp;&#34; it\\'s \\u003Cb\\u003E\\u000A a+b%26c%3Dd%2F%C3%A9",
    ),
    ('a {{- "b" -}} c {{ "d" }}   {{- " e"}}', "abc d e"),
    ("{{\"a\\tb\\n\\x41\\u00e9\\101\"}} {{`raw\\n`}} {{'\\n'}}", "a\tb\nAéA raw\\n 10"),
    (
        '{{range .State.Health.Log}}{{.ExitCode}} {{.Start}} {{.Start.Unix}} {{.End.Format "2006-01-02"}}{{end}}',
        "3 2026-11-24 07:51:58.169444036 +0000 UTC 1795506718 2026-11-24",
    ),
    ("{{(index .State.Health.Log 0).ExitCode}}", "3"),
    ("{{.Config.Labels.k}} {{.Config.Labels.nope}} {{.Config.Labels.nope.x}}", "v <no value> <no value>"),
    ("{{.Name|}}", "/web"),
    ("{{.Name | }}", "/web"),
    (
        "{{.NetworkSettings.Networks.app.IPAddress}} {{.NetworkSettings.IPAddress}}|{{.NetworkSettings.Bridge}}",
        "172.18.0.2 |",
    ),
    (
        '{{printf "%T %T %T %T %T %T" .State .Args .Config.Labels .HostConfig.PortBindings .RestartCount .HostConfig.NetworkMode}}',
        "*container.State []string map[string]string nat.PortMap int container.NetworkMode",
    ),
    (
        '{{printf "%T %T %T %T" 1 1.5 "a" nil}} {{printf "%v %+v %#v" .HostConfig.RestartPolicy .HostConfig.RestartPolicy .HostConfig.RestartPolicy}}',
        'int float64 string <nil> {on-failure 3} {Name:on-failure MaximumRetryCount:3} container.RestartPolicy{Name:"on-failure", MaximumRetryCount:3}',
    ),
    (
        '{{printf "%#v %#v %#v %#v" .Args .Config.Labels "a" 3}}',
        '[]string{"-c", "sleep 300"} map[string]string{"a":"b", "k":"v"} "a" 3',
    ),
    (
        '{{eq .HostConfig.NetworkMode "bridge"}} {{.HostConfig.NetworkMode}} {{len .HostConfig.NetworkMode}} {{eq .HostConfig.RestartPolicy.Name "always"}}',
        "true bridge 6 false",
    ),
    ("{{index .Config.Env 0}} {{range .Config.Env}}{{println .}}{{end}}", "A=1 A=1\n"),
    (
        "{{.Created}} {{.Platform}} {{.SizeRw}} {{.GraphDriver.Name}} {{.GraphDriver.Data.MergedDir}}|",
        "  <nil>  <no value>|",
    ),
]

FAILS = [
    ("{{.NoSuchField}}", 'template: :1:2: executing "" at <.NoSuchField>: map has no entry for key "NoSuchField"'),
    ("{{.State.NoSuch}}", 'template: :1:8: executing "" at <.State.NoSuch>: map has no entry for key "NoSuch"'),
    ("{{json .State.NoSuch}}", 'template: :1:13: executing "" at <.State.NoSuch>: map has no entry for key "NoSuch"'),
    ("{{.ID}} {{.Id}}", 'template: :1:2: executing "" at <.ID>: map has no entry for key "ID"'),
    (
        "{{gt .RestartCount 1}} {{.Id}}",
        'template: :1:2: executing "" at <gt .RestartCount 1>: error calling gt: incompatible types for comparison',
    ),
    (
        '{{eq .Name "x" "/web"}} {{eq 1 1.0}}',
        'template: :1:26: executing "" at <eq 1 1.0>: error calling eq: incompatible types for comparison',
    ),
    (
        "{{eq .Name 1}}",
        'template: :1:2: executing "" at <eq .Name 1>: error calling eq: incompatible types for comparison',
    ),
    (
        "{{eq .Args .Args}}",
        'template: :1:2: executing "" at <eq .Args .Args>: error calling eq: non-comparable type [-c sleep 300]: []interface {}',
    ),
    (
        "{{lt .Name 1}}",
        'template: :1:2: executing "" at <lt .Name 1>: error calling lt: incompatible types for comparison',
    ),
    (
        '{{lt "a" "b"}} {{lt true false}}',
        'template: :1:17: executing "" at <lt true false>: error calling lt: invalid type for comparison',
    ),
    ("{{and}} ", 'template: :1:2: executing "" at <and>: wrong number of args for and: want at least 1 got 0'),
    (
        '{{and 1 0 2}} {{or 0 "" "x"}} {{not 0}} {{and true .Nope}}',
        'template: :1:51: executing "" at <.Nope>: map has no entry for key "Nope"',
    ),
    ("{{len 3}}", 'template: :1:2: executing "" at <len 3>: error calling len: len of type int'),
    (
        "{{len nil}}",
        'template: :1:2: executing "" at <len nil>: error calling len: reflect: call of reflect.Value.Type on zero Value',
    ),
    (
        "{{index .Args 9}}",
        'template: :1:2: executing "" at <index .Args 9>: error calling index: index out of range: 9',
    ),
    (
        '{{index .Args "x"}}',
        'template: :1:2: executing "" at <index .Args "x">: error calling index: cannot index slice/array with type string',
    ),
    (
        "{{index .Args -1}}",
        'template: :1:2: executing "" at <index .Args -1>: error calling index: index out of range: -1',
    ),
    (
        "{{index .Config.Labels 1}}",
        'template: :1:2: executing "" at <index .Config.Labels 1>: error calling index: value has type int; should be string',
    ),
    (
        '{{(index (index .NetworkSettings.Ports "81/tcp") 0).HostPort}}',
        'template: :1:3: executing "" at <index (index .NetworkSettings.Ports "81/tcp") 0>: error calling index: index of untyped nil',
    ),
    (
        "{{index .Name 0}} {{index nil 1}}",
        'template: :1:20: executing "" at <index nil 1>: error calling index: index of untyped nil',
    ),
    (
        "{{slice .Name 3 2}}",
        'template: :1:2: executing "" at <slice .Name 3 2>: error calling slice: invalid slice index: 3 > 2',
    ),
    (
        "{{slice .Name 0 99}}",
        'template: :1:2: executing "" at <slice .Name 0 99>: error calling slice: index out of range: 99',
    ),
    (
        "{{slice 3 1}}",
        'template: :1:2: executing "" at <slice 3 1>: error calling slice: can\'t slice item of type int',
    ),
    ("{{range .Name}}x{{end}}", 'template: :1:8: executing "" at <.Name>: range can\'t iterate over /web'),
    (
        "{{range $i, $j := 3}}x{{end}}",
        'template: :1:18: executing "" at <3>: can\'t use 3 to iterate over more than one variable',
    ),
    ('{{template "nope"}}', 'template: :1:11: executing "" at <{{template "nope"}}>: template "nope" not defined'),
    (
        '{{define "x"}}{{.Foo}}{{end}}{{template "x" .State}}',
        'template: :1:16: executing "x" at <.Foo>: map has no entry for key "Foo"',
    ),
    ("{{$y = 2}}", 'template: :1:7: executing "" at <2>: undefined variable: $y'),
    (
        '{{.Name | upper | printf "%s!"}} {{.Name | len}} {{"a,b" | split}} ',
        'template: :1:59: executing "" at <split>: wrong number of args for split: want 2 got 1',
    ),
    (
        '{{join .Name ","}}',
        'template: :1:7: executing "" at <.Name>: wrong type for value; expected []string; got string',
    ),
    ('{{truncate "abc" "x"}}', 'template: :1:17: executing "" at <"x">: expected integer; found "x"'),
    ("{{upper 3}}", 'template: :1:8: executing "" at <3>: expected string; found 3'),
    (
        "{{upper .RestartCount}}",
        'template: :1:8: executing "" at <.RestartCount>: wrong type for value; expected string; got json.Number',
    ),
    ("{{upper}}", 'template: :1:2: executing "" at <upper>: wrong number of args for upper: want 1 got 0'),
    ('{{upper "a" "b"}}', 'template: :1:2: executing "" at <upper>: wrong number of args for upper: want 1 got 2'),
    ("{{upper nil}}", 'template: :1:8: executing "" at <nil>: cannot assign nil to string'),
    ("{{call 3}}", 'template: :1:2: executing "" at <call 3>: error calling call: non-function 3 of type int'),
    ("{{call nil}}", 'template: :1:2: executing "" at <call nil>: error calling call: call of nil'),
    (
        "{{call .Name}}",
        'template: :1:2: executing "" at <call .Name>: error calling call: non-function .Name of type string',
    ),
    ("{{.Name 3}}", 'template: :1:2: executing "" at <.Name>: Name is not a method but has arguments'),
    (
        "{{.State.Running 3}}",
        'template: :1:8: executing "" at <.State.Running>: Running is not a method but has arguments',
    ),
    ('{{"x" 3}}', 'template: :1:2: executing "" at <"x">: can\'t give argument to non-function "x"'),
    ("{{nil}}", 'template: :1:2: executing "" at <nil>: nil is not a command'),
    ("{{nil | print}}", 'template: :1:2: executing "" at <nil>: nil is not a command'),
    ("{{.Name.Foo}}", 'template: :1:7: executing "" at <.Name.Foo>: can\'t evaluate field Foo in type interface {}'),
    (
        "{{.Name.Foo}} {{.Id.X}}",
        'template: :1:7: executing "" at <.Name.Foo>: can\'t evaluate field Foo in type interface {}',
    ),
    (
        "{{.HostConfig.Foo.Bar}}",
        'template: :1:13: executing "" at <.HostConfig.Foo.Bar>: map has no entry for key "Foo"',
    ),
    (
        "{{.Config.Healthcheck.Foo}}",
        'template: :1:9: executing "" at <.Config.Healthcheck.Foo>: map has no entry for key "Foo"',
    ),
    (
        '{{(.Config).Image}} {{(.Config.Labels).k}} {{("x").y}}',
        'template: :1:46: executing "" at <"x">: can\'t evaluate field y in type string',
    ),
    ('{{(print "a").B}}', 'template: :1:9: executing "" at <"a">: can\'t evaluate field B in type string'),
    ('{{template "x" . . }}', 'template: :1:11: executing "" at <{{template "x" . .}}>: template "x" not defined'),
    ("{{. .Name}}", 'template: :1:2: executing "" at <.>: can\'t give argument to non-function .'),
    ("{{ .Name . }}", 'template: :1:3: executing "" at <.Name>: Name is not a method but has arguments'),
    (
        "{{with index .Config.Env 0}}{{.}}{{end}} {{(index .Mounts 0).Name}} {{(index .Mounts 0).X}}",
        'template: :1:85: executing "" at <0>: map has no entry for key "X"',
    ),
    (
        "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.NanoCPUs}}",
        'template: :1:61: executing "" at <.HostConfig.NanoCPUs>: map has no entry for key "NanoCPUs"',
    ),
    (
        "{{.HostConfig.Dns}} {{.HostConfig.DNS}}",
        'template: :1:13: executing "" at <.HostConfig.Dns>: map has no entry for key "Dns"',
    ),
    (
        "{{if .HostConfig.Memory}}y{{end}}{{if gt .HostConfig.Memory 100}}z{{end}} {{.HostConfig.NanoCpus}}",
        'template: :1:38: executing "" at <gt .HostConfig.Memory 100>: error calling gt: incompatible types for comparison',
    ),
]

DOES_NOT_PARSE = [
    ("{{.Config", "template: :1: unclosed action"),
    ("{{nosuchfunc .}}", 'template: :1: function "nosuchfunc" not defined'),
    ("{{break}}", "template: :1: {{break}} outside {{range}}"),
    ("{{$x}}", 'template: :1: undefined variable "$x"'),
    ("{{3 | 4}}", "template: :1: non executable command in pipeline stage 2"),
    ('{{"bad \\q"}}', "template: :1: invalid syntax"),
    ('{{"unterminated}}', "template: :1: unterminated quoted string"),
    ("{{`unterminated}}", "template: :1: unterminated raw quoted string"),
    ("{{/* unterminated}}", "template: :1: unclosed comment"),
    ("{{/* bad */ x}}", "template: :1: comment ends before closing delimiter"),
    ("{{'ab'}}", "template: :1: malformed character constant: 'ab'"),
    ("{{1a}}", 'template: :1: bad number syntax: "1a"'),
    ("{{08}}", 'template: :1: integer overflow: "08"'),
    ("{{99999999999999999999}}", 'template: :1: integer overflow: "99999999999999999999"'),
    ('{{"x".y}}', 'template: :1: unexpected . after term "\\"x\\""'),
    ("{{true.x}}", 'template: :1: unexpected . after term "true"'),
    ("{{}}", "template: :1: missing value for command"),
    ("{{else}}", "template: :1: unexpected {{else}}"),
    ("{{end}}", "template: :1: unexpected {{end}}"),
    ("{{if}}{{end}}", "template: :1: missing value for if"),
    ("{{if true}}", "template: :1: unexpected EOF"),
    ("{{if true}}{{else}}{{else}}{{end}}", "template: :1: expected end; found {{else}}"),
    ("{{range}}{{end}}", "template: :1: missing value for range"),
    ("{{template}}", 'template: :1: unexpected "}}" in template clause'),
    ("{{template 3}}", 'template: :1: unexpected "3" in template clause'),
    ("{{define}}{{end}}", 'template: :1: unexpected "}}" in define clause'),
    ('{{define "x"}}', "template: :1: unexpected EOF"),
    ("{{define 3}}{{end}}", 'template: :1: unexpected "3" in define clause'),
    ('{{if true}}{{define "x"}}{{end}}{{end}}', "template: :1: unexpected <define> in command"),
    ("{{with $a, $b := .}}{{end}}", "template: :1: too many declarations in with"),
    ("{{range $a, $b, $c := .}}{{end}}", "template: :1: too many declarations in range"),
    ("{{$a, $b := .}}", "template: :1: too many declarations in command"),
    ("{{(1}}", "template: :1: unclosed left paren"),
    ("{{1)}}", "template: :1: unexpected right paren"),
    ("{{|.Name}}", 'template: :1: unexpected "|" in command'),
    ("{{.Name # 3}}", 'template: :1: unexpected "#" in operand'),
    ("{{.a-b}}", "template: :1: bad character U+002D '-'"),
    ("{{a.b}}", 'template: :1: function "a" not defined'),
    ("{{.Name:3}}", "template: :1: expected :="),
    ("{{a := 3}}", 'template: :1: function "a" not defined'),
    ("{{$}}{{$a.b}}", 'template: :1: undefined variable "$a"'),
    ("{{break 3}}", 'template: :1: unexpected "3" in {{break}}'),
    ("{{if .State.Running}}{{range .Args}}{{end}}", "template: :1: unexpected EOF"),
]


def inspected(template: str) -> str:
    """What docker's client makes of a template: over its own types if they have what is asked for, else over raw JSON."""
    parsed = Template(template)
    try:
        return parsed.execute(TYPED)
    except TemplateError:
        return parsed.execute(decode_untyped(json.dumps(CONTAINER)), missing_key_is_error=True)


@pytest.mark.parametrize(("template", "printed"), PRINTED)
def test_templates_print(template: str, printed: str) -> None:
    assert inspected(template) == printed


@pytest.mark.parametrize(("template", "message"), FAILS)
def test_what_fails_when_it_runs(template: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        inspected(template)
    assert str(caught.value) == message


@pytest.mark.parametrize(("template", "message"), DOES_NOT_PARSE)
def test_what_does_not_parse(template: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        Template(template)
    assert str(caught.value) == message


def untyped(template: str) -> str:
    """A template over the document as it comes, keys that are missing being errors."""
    return Template(template).execute(decode_untyped(json.dumps(CONTAINER)), missing_key_is_error=True)


def test_untyped_documents_are_maps_and_numbers_are_digits() -> None:
    assert untyped("{{.Id}} {{.RestartCount}} {{json .RestartCount}}") == "0c16c1fdcf40 0 0"
    assert untyped('{{printf "%T %T" .RestartCount .Config}}') == "json.Number map[string]interface {}"
    assert untyped("{{.Config.StopTimeout}} {{.ExecIDs}} {{.HostConfig.PortBindings}}") == (
        "3 <no value> map[80/tcp:[map[HostIp: HostPort:8080]]]"
    )


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{.NoSuchField}}", 'template: :1:2: executing "" at <.NoSuchField>: map has no entry for key "NoSuchField"'),
        ("{{.State.NoSuch}}", 'template: :1:8: executing "" at <.State.NoSuch>: map has no entry for key "NoSuch"'),
        ("{{json .State.NoSuch}}", 'template: :1:13: executing "" at <.State.NoSuch>: map has no entry for key "NoSuch"'),
        ("{{gt .RestartCount 1}}", 'template: :1:2: executing "" at <gt .RestartCount 1>: error calling gt: incompatible types for comparison'),
        ("{{.Name.Foo}}", 'template: :1:7: executing "" at <.Name.Foo>: can\'t evaluate field Foo in type interface {}'),
        ('{{join .Args ","}}', 'template: :1:7: executing "" at <.Args>: wrong type for value; expected []string; got []interface {}'),
    ],
)  # fmt: skip
def test_untyped_documents_fail_strictly(template: str, message: str) -> None:
    with pytest.raises(TemplateError) as caught:
        untyped(template)
    assert str(caught.value) == message


def test_errors_know_their_line_and_what_was_printed() -> None:
    with pytest.raises(TemplateError) as caught:
        Template("one\n{{.Name}}\n  {{.Nope}}").execute(TYPED)
    assert str(caught.value).startswith('template: :3:4: executing "" at <.Nope>: ')
    assert caught.value.printed == "one\n/web\n  "


def test_json_is_go_s() -> None:
    assert encode(of({"b": [1, None, True], "a": "<&>"})) == '{"a":"<&>","b":[1,null,true]}'
    assert encode(of("<&>"), html=True) == '"\\u003c\\u0026\\u003e"'
    assert encode(of('tab\t quote" \x01 \u2028')) == '"tab\\t quote\\" \\u0001 \\u2028"'
    assert encode(of(1e21)) == "1e+21"


def test_json_is_laid_out_without_being_changed() -> None:
    assert indent('{"b":1,"a":[],"c":{},"d":["x: {y}",{"e":null}]}') == (
        '{\n    "b": 1,\n    "a": [],\n    "c": {},\n    "d": [\n        "x: {y}",\n        {\n            "e": null\n        }\n    ]\n}'
    )
    assert compact('{ "a" : [ 1, 2 ] }') == '{"a":[1,2]}'
    with pytest.raises(ValueError, match="not JSON"):
        indent('{"a":"open')


@pytest.mark.parametrize(
    "text",
    [
        "{{if .}}" * 3_000 + "{{end}}" * 3_000,
        "{{if 1}}" + "{{else if 1}}" * 3_000 + "{{end}}",
        "{{" + "(" * 3_000 + "1" + ")" * 3_000 + "}}",
        "{{range .}}" * 3_000,
        '{{block "a" .}}' * 3_000,
        "{{with .}}" * 3_000 + "{{" + "(" * 3_000,
        '{{define "a"}}{{template "a"}}{{end}}{{template "a"}}',
    ],
)
def test_what_is_nested_too_deep_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        Template(text).execute({"a": 1})


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ('{{printf "%999999999d|" 1}}', "%!(NOVERB)%!(EXTRA int=1)"),
        ('{{printf "%.99999999999999999999f|" 1.5}}', "%!(NOVERB)%!(EXTRA float64=1.5)"),
        ('{{printf "%*d" 9999999 1}}', "%!(BADWIDTH)1"),
    ],
)
def test_what_is_too_wide_is_not_printed(text: str, printed: str) -> None:
    assert Template(text).execute(None) == printed
