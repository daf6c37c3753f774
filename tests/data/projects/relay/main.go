package main

import (
	"fmt"
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "passed on")
	})
	log.Println("relay on :9090")
	log.Fatal(http.ListenAndServe(":9090", nil))
}
