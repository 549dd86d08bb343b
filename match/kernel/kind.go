package kernel

// Kind says how two values of a field are compared, and so which levels the field has.
type Kind uint8

// The kinds of field.
const (
	Given    Kind = iota // given names: first name, then middle names, blank between
	Family               // a family name
	Date                 // yyyy-mm-dd
	Email                // local@domain
	Phone                // digits of a number, country code first
	Street               // the lines of an address, folded
	City                 // a place's name
	Code                 // an identifier in which a typo is possible
	Exact                // an identifier or class that is equal or not
	OrgName              // an organization's name, legal form stripped, tokens in their order
	Text                 // any other short text
	Employer             // an organization that a person belongs to: "#" and a cluster, or a name as OrgName
)

// Level numbers are places in Kind.Levels. Missing and Same are those of every kind; the rest differ.
const (
	Missing = 0
	Same    = 1
)

// Levels of Given.
const (
	GivenNickname  = 2
	GivenClose     = 3
	GivenInitial   = 4
	GivenSwapped   = 5
	GivenRelated   = 6
	GivenDifferent = 7
)

// Levels of Family.
const (
	FamilyClose     = 2
	FamilySwapped   = 3
	FamilyPart      = 4
	FamilyRelated   = 5
	FamilyDifferent = 6
)

// Levels of Date.
const (
	DateClose     = 2
	DateMonth     = 3
	DateYear      = 4
	DateDifferent = 5
)

// Levels of Email.
const (
	EmailClose     = 2
	EmailLocal     = 3
	EmailRelated   = 4
	EmailDifferent = 5
)

// Levels of Street and of Text.
const (
	TextClose     = 2
	TextRelated   = 3
	TextDifferent = 4
)

// Levels of Phone, City and Code.
const (
	CodeClose     = 2
	CodeDifferent = 3
)

// ExactDifferent is the level of Exact for two values that are not equal.
const ExactDifferent = 2

// Levels of OrgName and of Employer.
const (
	OrgClose     = 2
	OrgAcronym   = 3
	OrgContained = 4
	OrgRelated   = 5
	OrgOther     = 6 // alike but for a word that tells things apart: another branch, another company of a group
	OrgDifferent = 7
)

// Levels names the levels, strongest agreement first after "missing"; the last one is disagreement.
func (k Kind) Levels() []string {
	switch k {
	case Given:
		return []string{"missing", "exact", "nickname", "close", "initial", "swapped", "related", "different"}
	case Family:
		return []string{"missing", "exact", "close", "swapped", "part", "related", "different"}
	case Date:
		return []string{"missing", "exact", "close", "same month", "same year", "different"}
	case Email:
		return []string{"missing", "exact", "close", "same local part", "related", "different"}
	case Street, Text:
		return []string{"missing", "exact", "close", "related", "different"}
	case Phone, City, Code:
		return []string{"missing", "exact", "close", "different"}
	case OrgName, Employer:
		return []string{"missing", "exact", "close", "acronym", "contained", "related", "other unit", "different"}
	}
	return []string{"missing", "exact", "different"}
}

// Different is the kind's level of disagreement, its last.
func (k Kind) Different() uint8 { return uint8(len(k.Levels()) - 1) }

// byFrequency reports whether a level's weight is adjusted by how frequent the values are.
func (k Kind) byFrequency(level uint8) bool { return level == Same || level == 2 && k != Exact }
