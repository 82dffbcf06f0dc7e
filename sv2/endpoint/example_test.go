package endpoint_test

import (
	"errors"
	"fmt"
	"time"

	"github.com/libsv2/libsv2/status"
	"github.com/libsv2/libsv2/sv2/endpoint"
)

func ExampleParse() {
	const key = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72"
	for _, text := range []string{
		"stratum2+tcp://[2001:DB8::1]:3333/" + key,
		"stratum2+tcp://pool.example:3333",
		"stratum+tcp://pool.example:3333",
	} {
		switch e, err := endpoint.Parse(text); {
		case errors.Is(err, status.EndpointV1):
			fmt.Println("use Stratum V1")
		case err != nil:
			fmt.Println(err)
		default:
			fmt.Println(e.Address(), e.Authority())
		}
	}
	// Output:
	// [2001:db8::1]:3333 9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72
	// the URL has no authority key
	// use Stratum V1
}

// Two pools, the first of which does not answer. The program's clock and random numbers are constants here.
func ExampleFailover() {
	const key = "9auqWEzQDVyd2oe1JVGFLMLHZtCo2FFqZwtKA5gd9xbuEu7PH72"
	best, _ := endpoint.Parse("stratum2+tcp://best.example:3333/" + key)
	second, _ := endpoint.Parse("stratum2+tcp://second.example:3333/" + key)
	list, err := endpoint.NewFailover(endpoint.Config{Tries: 2}, best, second)
	if err != nil {
		fmt.Println(err)
		return
	}
	now, random := time.Duration(0), uint64(0)
	for {
		d := list.Next(now)
		switch d.Action {
		case endpoint.Wait:
			fmt.Println("wait", d.Until-now)
			now = d.Until
			continue
		case endpoint.Stop:
			fmt.Println("stop:", d.Reason)
			return
		}
		fmt.Println(d.Action, d.Endpoint.Address())
		outcome := endpoint.Failed(status.ConnectFailed)
		if d.Endpoint == second {
			outcome = endpoint.Established()
		}
		if err := list.Report(d.ID, outcome, now, random); err != nil {
			fmt.Println(err)
		}
		if d.Endpoint == second {
			return
		}
	}
	// Output:
	// connect best.example:3333
	// wait 500ms
	// connect best.example:3333
	// connect second.example:3333
}
