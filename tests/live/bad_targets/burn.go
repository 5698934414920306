package main

import (
	"fmt"
	"os"
)

func main() {
	sum := make(chan uint64)
	for i := 0; i < 4; i++ {
		go func(seed uint64) {
			for n := 0; n < 30000000; n++ {
				seed = seed*6364136223846793005 + 1442695040888963407
			}
			sum <- seed
		}(uint64(i))
	}
	fmt.Println("go", <-sum^<-sum^<-sum^<-sum)
	os.Exit(16)
}
