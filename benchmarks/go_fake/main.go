// The in-memory server of go-dockerclient, listening on a unix socket: a floor for benchmarks/sockets.py.
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/fsouza/go-dockerclient/testing"
)

func main() {
	server, err := testing.NewServer("127.0.0.1:0", nil, nil)
	if err != nil {
		panic(err)
	}
	listener, err := net.Listen("unix", os.Args[1])
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	panic(http.Serve(listener, server))
}
