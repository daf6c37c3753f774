"""Compilers and builders: what they say and write, and that what they have built does what its source says."""

from __future__ import annotations

import pytest

from helpers.services_machine import Machine

GO = """
package main

import (
	"fmt"
	"net/http"
)

// fmt.Println("not this")
func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "Hello, Docker! <3")
	})
	http.HandleFunc("/health", health)
	fmt.Println("listening on 8080")
	http.ListenAndServe(":8080", nil)
}

func health(w http.ResponseWriter, r *http.Request) {
	w.Write([]byte("ok\\n"))
}
"""
SPRING = """
package com.example;
@RestController
public class Application {
    public static void main(String[] args) { SpringApplication.run(Application.class, args); }
    @GetMapping("/hello")
    public String hello() { return "Hello from Spring"; }
}
"""
POM = """
<project>
  <parent><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-parent</artifactId><version>3.3.4</version></parent>
  <groupId>com.example</groupId>
  <artifactId>demo</artifactId>
  <version>0.0.1-SNAPSHOT</version>
</project>
"""


def test_go_programs() -> None:
    box = Machine(
        {"/app/main.go": GO, "/app/go.mod": "module example.com/hello\n\ngo 1.23\n\nrequire github.com/x/y v1.2.3\n"}
    )
    built = box.sh("cd /app; go mod download; go vet ./...; go build -v -o /bin/hello . && ls -l /bin/hello")
    assert built.stdout.startswith("-rwxr-xr-x")
    server = box.serve("/bin/hello")
    assert server.stdout == "listening on 8080\n"
    assert box.sh("curl -s localhost:8080; curl -s localhost:8080/health; curl -s localhost:8080/other").stdout == (
        "Hello, Docker! <3ok\nHello, Docker! <3"
    )
    assert box.sh("cd /app; go build && ls hello").stdout == "hello\n"
    assert box.sh(
        "cp /bin/hello /tmp/copied; PORT=9000 /tmp/copied & sleep 1; curl -s localhost:9000/health"
    ).stdout.endswith("ok\n")


def test_go_complains() -> None:
    box = Machine({"/app/a.txt": ""})
    assert "go.mod file not found" in box.sh("cd /app; go build").stderr
    assert box.sh("cd /app; go mod init x; go build").stderr.endswith("no Go files in /app/.\n")
    assert box.sh("cd /app; echo 'package main' > m.go; go build").status == 1


@pytest.mark.parametrize(
    ("path", "source", "commands"),
    [
        ("m.go", 'package main\nfunc main() { fmt.Print("a\\n") }', "go run m.go"),
        ("m.rs", 'fn main() { println!("a"); }', "rustc m.rs; ./m"),
        ("m.c", '#include <stdio.h>\nint main(void) { printf("a\\n"); }', "gcc -o m m.c; ./m"),
        ("m.c", '#include <stdio.h>\nint main(void) { puts("a"); }', "gcc -c m.c; gcc m.o; ./a.out"),
        (
            "M.java",
            'class M { public static void main(String[] a) { System.out.println("a"); } }',
            "javac M.java; java M",
        ),
    ],
)
def test_what_is_printed(path: str, source: str, commands: str) -> None:
    result = Machine({f"/app/{path}": source}).sh(f"cd /app; {commands}")
    assert (result.stdout, result.stderr) == ("a\n", "")


@pytest.mark.parametrize(
    ("path", "source", "commands"),
    [
        ("m.go", "package main\nfunc main() { run() }", "go run m.go"),
        ("m.go", 'package main\nfunc main() {\n\tif x() {\n\t\tfmt.Println("yes")\n\t} else {\n\t\tfmt.Println("no")\n\t}\n}', "go run m.go"),
        ("m.go", 'package main\nfunc main() {\n\tfor i := 0; i < 3; i++ {\n\t\tfmt.Println("x")\n\t}\n}', "go run m.go"),
        ("m.go", 'package main\nfunc main() {\n\tfmt.Println("a", 1)\n}', "go run m.go"),
        ("m.go", 'package main\nfunc main() {\n\tlog.Println("a")\n}', "go run m.go"),
        ("m.rs", 'fn main() { let n = 3; println!("n is {}", n); println!("done"); }', "rustc m.rs; ./m"),
        ("m.c", '#include <stdio.h>\nint main(void) { puts("a"); return f(); }', "gcc -o m m.c; ./m"),
        ("m.c", '#include <stdio.h>\nint main(void) { printf("%d\\n", 3); }', "gcc -o m m.c; ./m"),
        ("M.java", 'class M { public static void main(String[] a) { System.out.println("a" + 1); } }', "javac M.java; java M"),
    ],
)  # fmt: skip
def test_a_program_of_which_something_is_computed_prints_nothing_and_says_so(
    path: str, source: str, commands: str
) -> None:
    result = Machine({f"/app/{path}": source}).sh(f"cd /app; {commands}")
    assert result.stdout == ""
    assert result.status == 1
    assert "what this program does is not simulated" in result.stderr


def test_what_plain_programs_print() -> None:
    source = '#include <iostream>\nint main() { std::cout << "one" << std::endl; printf("100%%\\n"); fprintf(stderr, "e\\n"); return 3; }'
    result = Machine({"/app/m.cc": source}).sh("cd /app; g++ -o m m.cc; ./m")
    assert (result.stdout, result.stderr, result.status) == ("one\n100%\n", "e\n", 3)
    result = Machine({"/app/m.rs": 'fn main() { println!("{{a}}"); print!("b"); }'}).sh("cd /app; rustc m.rs; ./m")
    assert result.stdout == "{a}\nb"


def test_cargo() -> None:
    box = Machine()
    box.sh("cd /tmp; cargo new hello")
    built = box.sh("cd /tmp/hello; cargo build --release; ./target/release/hello")
    assert built.stdout == "Hello, world!\n"
    assert built.stderr.startswith(
        "   Compiling hello v0.1.0 (/tmp/hello)\n    Finished `release` profile [optimized] target(s) in "
    )
    assert box.sh("cd /tmp/hello; CARGO_HOME=/c cargo install --path .; /c/bin/hello").stdout == "Hello, world!\n"
    assert "could not find `Cargo.toml`" in box.sh("cd /; cargo build").stderr


def test_maven_builds_a_jar_that_serves() -> None:
    files = {
        "/app/src/main/java/com/example/Application.java": SPRING,
        "/app/pom.xml": POM,
        "/app/src/main/resources/application.properties": "server.port=9090\n",
    }
    box = Machine(files)
    assert "[INFO] BUILD SUCCESS\n" in box.sh("cd /app; mvn clean package -DskipTests").stdout
    server = box.serve("/bin/sh", "-c", "cd /app; exec java -Xmx64m -jar target/demo-0.0.1-SNAPSHOT.jar")
    assert "Tomcat started on port 9090" in server.stdout
    assert box.sh("curl -s localhost:9090/hello").stdout == "Hello from Spring"
    assert "there is no POM" in box.sh("cd /; mvn package").stdout


def test_gems_and_composer() -> None:
    box = Machine(
        {
            "/app/Gemfile": 'source "https://rubygems.org"\ngem "rails", "~> 7.1.0"\n',
            "/app/composer.json": '{"require": {"php": ">=8", "slim/slim": "^4.0"}}',
        }
    )
    assert "Installing rails 7.1.0\nBundle complete! 1 Gemfile dependency" in box.sh("cd /app; bundle install").stdout
    assert "  - Installing slim/slim (4.0.0): Extracting archive\n" in box.sh("cd /app; composer install").stderr
    assert (
        box.sh("ls /app/vendor /app/Gemfile.lock").stdout == "/app/Gemfile.lock\n\n/app/vendor:\nautoload.php\nslim\n"
    )
