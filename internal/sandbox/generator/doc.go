// Package generator makes people and organizations as a company's applications really hold them, with the truth.
//
// # The story
//
// A company runs four applications: A (provider my-application, realm 2243) is being onboarded; B (other-app, 77), a web
// shop (shop-front, au-1) and the New Zealand books (other-app, nz-9) are connected to the hub; A ran a trial once.
// The world is made as it came about, entity by entity: an application that has entered somebody pushes a hub record with
// its own ID only, so two that know the same person make two hub records; now and then the exact rules of the public
// connectors (first name, last name and e-mail; or e-mail alone) attach a second ID to a record instead, at a shared
// mailbox to the wrong one (kind wrong_link); concurrent upserts make one record twice under one ID (concurrent_upsert);
// imports leave placeholder IDs. Of A's records three in five have a twin in the hub that lacks A's ID, three in twenty
// carry it already, and the hub does not know the rest. A natively knows some of B's IDs; three lines of a thousand in
// its crosswalk are wrong (wrong_crosswalk, at A's record; Counts.CrosswalkErrors).
//
// # Kinds
//
// Every record of the truth has one kind. The record that was entered first is "original", or the look-alike that its
// entity is to another of its group: household, twin, father_son, namesake, shared_mailbox, shared_phone, colleague;
// branch, subsidiary, franchise. Later ones are named for what went wrong: see personKinds and orgKinds. "drift" is an
// application's copy that changed after it was pushed. Every application keeps its own choice of fields besides
// (keepsOf): the shop has no birth dates at all.
//
// # What nobody could tell
//
// The label "indistinguishable" is computed from the records as written, not from how they were made. Records of two
// entities of a group get one when nothing in either contradicts the other and the names are equal; an entity's only two
// records when they share no e-mail, phone, birth date, address or workplace and no ID joins them, and their name is borne
// by two entities or, where the names differ, the family name by five; a record that has none of these, by its name where
// two entities bear it. A pair that shares a non-empty
// label counts neither way. Entities of three records or more are mended, so that each has something in common with
// another: one label a record could not say which of the pairs are hopeless.
//
// # Numbers
//
// Names are drawn by rank with weight 1/(rank+shift), the Zipf-Mandelbrot law with exponent 1, within eleven communities
// of a city in Australia or New Zealand; rare family names are composed of syllables, some forty thousand a community.
// Cluster sizes in the hub fall off by a power law (hubSizes). Slips of the hand follow Damerau's observation (1964)
// that four of five misspellings are one substitution, omission, insertion or transposition; the shares of kinds and of
// missing fields are this package's own choice, not an estimate of anybody's data.
//
// Profile gen/2 is the same story told more carelessly: in every second record that is no exact copy, streets, suburbs,
// postcodes and dates of birth are mistyped as often as in FEBRL's dataset 4, whatever its kind (see careless.go).
//
// Nothing in the world reaches anybody: mailboxes and websites end in .example or .test (RFC 2606), phone numbers are
// those kept for fiction or in ranges never opened (see landline and mobile), tax numbers have wrong check digits.
//
// # Same seed, same bytes
//
// Entities are made in groups of one to six that have to do with one another. Every group has its own PCG stream, seeded
// by the world's seed and the group's number, so groups are made on all cores and written in order; weights are integers,
// so no rounding differs between machines. Memory holds an index of the records and a table of the organizations.
package generator
