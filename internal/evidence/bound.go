package evidence

import "math"

// AtMost is the greatest share that k of n may stand for with 95 % confidence: the one-sided upper bound of Clopper and
// Pearson (Biometrika 26, 1934), the share at which k or fewer of n come about once in twenty times. None of n is about
// 3/n. NaN of nothing.
func AtMost(k, n int64) float64 {
	if n == 0 {
		return math.NaN()
	}
	low, high := float64(k)/float64(n), 1.0
	for range 60 {
		if middle := (low + high) / 2; k < n && atMostK(k, n, middle) < 0.05 {
			high = middle
		} else {
			low = middle
		}
	}
	return high
}

// atMostK is the probability that k or fewer of n fall to a share p, 0 < p < 1.
func atMostK(k, n int64, p float64) float64 {
	logOf := func(x int64) float64 { l, _ := math.Lgamma(float64(x) + 1); return l }
	sum := 0.0
	for i := k; i >= 0; i-- {
		term := math.Exp(logOf(n) - logOf(i) - logOf(n-i) + float64(i)*math.Log(p) + float64(n-i)*math.Log1p(-p))
		sum += term
		if term < sum*1e-17 && float64(i) < float64(n)*p {
			break // the terms fall off from here on
		}
	}
	return sum
}
