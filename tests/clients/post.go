// Send a body several times with net/http; print how often each status came back, as JSON.
//
// Arguments: URL, size, chunked, times, then names and values of headers.
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"
)

func main() {
	size, _ := strconv.Atoi(os.Args[2])
	times, _ := strconv.Atoi(os.Args[4])
	body := `{"name": "lamp"}`
	if size > 0 {
		body = strings.Repeat("x", size)
	}
	statuses := map[string]int{}
	for time := 0; time < times; time++ {
		var reader io.Reader = bytes.NewReader([]byte(body))
		if os.Args[3] == "true" {
			reader = io.MultiReader(reader) // hides the length
		}
		request, _ := http.NewRequest("POST", os.Args[1], reader)
		for index := 5; index < len(os.Args); index += 2 {
			request.Header.Set(os.Args[index], os.Args[index+1])
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			statuses[err.Error()]++
			continue
		}
		io.Copy(io.Discard, response.Body)
		response.Body.Close()
		statuses[strconv.Itoa(response.StatusCode)]++
	}
	printed, _ := json.Marshal(statuses)
	fmt.Println(string(printed))
}
