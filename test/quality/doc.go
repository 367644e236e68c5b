// Package quality is a second opinion on Assay's results. Its tests read real
// lockfiles and real advisories a second time, naively and with code of their
// own, and hold what the program prints against it. A third opinion, another
// scanner's answers, is compared too, each difference judged and listed.
//
// It shares no code with the packages that extract, compare versions or match:
// it runs the program through its command line only. An error would have to be
// made twice, in two different ways, to pass.
//
// The data are no part of the repository; without them the tests skip and say so.
package quality
