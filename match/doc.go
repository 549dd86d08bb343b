// Package match decides which records are the same, and says why. It reads what extract left in the workspace and leaves
// clusters there; nothing else passes between the stages.
//
//  1. features: every record is read once, its fields are normalised, and each distinct value gets a number. What only the
//     whole collection tells is then marked: words that tell organizations apart, placeholders, mailboxes of one owner.
//  2. blocks: each rule gives a record the hashes of its keys; records that share a key will be compared. Keys over a
//     rule's budget are split, and told of. What all of it would cost is known, and may be refused, before a pair is scored.
//  3. identity: shared IDs, crosswalks and judgements are must-links; two IDs of one application are a cannot-link.
//  4. model: u from value counts and random pairs, m by EM on candidate pairs, a prior within each source and between each
//     two (Fellegi and Sunter 1969; Winkler 2000 for the frequency of values).
//  5. score: the kernel weighs every pair that shares a key, in integers; what is kept is judged in full: names that say
//     twice the same, and whether two independent witnesses agree.
//  6. cluster: best-first under the cannot-links; refusals, vetoes and ambiguities become conflicts, doubt becomes review.
//  7. store: one transaction replaces the collection's rows, so that a reader sees one run or the other.
//
// The same records give the same rows, whatever the order in which they lie in the workspace and however many threads
// work. Memory grows with records and kept pairs, never with candidate pairs.
//
// A score is called a probability nowhere that no truth or judgement has calibrated it. What two cores and one machine
// cannot do, this package does not promise: its blocks are made so that the kernel can be run elsewhere (sameas kernel).
package match
