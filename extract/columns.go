package extract

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// columnWords is a column's name as words of lower case: what applications write around it is taken off (*, (Do Not
// Modify), "Person - "), and words written together are taken apart (POAddressLine1, EmailAddress, first_name).
func columnWords(name string) string {
	name = notModify.ReplaceAllString(name, "")
	name = ofRecord.ReplaceAllString(name, "")
	name = aroundFields.ReplaceAllString(name, "")
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		switch {
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			b.WriteByte(' ')
			continue
		case i == 0:
		case unicode.IsDigit(r) != unicode.IsDigit(runes[i-1]):
			b.WriteByte(' ')
		case unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]) && unicode.IsUpper(runes[i-1])):
			b.WriteByte(' ')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return strings.Join(strings.Fields(strings.ReplaceAll(b.String(), "e mail", "email")), " ")
}

var (
	notModify = regexp.MustCompile(`(?i)\(do not modify\)`)
	// aroundFields are members of a JSON object that hold a record's fields and say nothing of them.
	aroundFields = regexp.MustCompile(`^(?:name|person|profile|attributes|properties|fields|data|details)\.`)
	ofRecord     = regexp.MustCompile(`^(Person|Contact|Organization|Organisation|Account|Company) - `)
)

// fieldRule maps a column whose words fit to a field; of several columns that fit the same field, the rule that stands
// first wins, then the fuller column.
type fieldRule struct {
	words *regexp.Regexp
	field string
	// kinds are what the values must look like, half of them at least; none for anything.
	kinds []string
}

func rule(field, words string, kinds ...string) fieldRule {
	return fieldRule{regexp.MustCompile("^(?:" + words + ")$"), field, kinds}
}

// Sources of the names: the exports, and the documentation of the exports and imports, of Salesforce, HubSpot, Zoho CRM,
// Dynamics 365, Pipedrive, Xero, QuickBooks Online and Desktop, MYOB, Outlook, Google Contacts and Mailchimp; and what
// German and French sheets call the same.
const (
	wordsEmail   = `(?:primary |main |work |business |contact |personal )?email(?: address)?(?: 1)?(?: value)?(?: address)?|email work|addr 1 email|courriel`
	wordsEmail2  = `(?:secondary|alternate|alternative|other|home|additional) email(?: address)?|email(?: address)? (?:2|home|other)(?: value)?(?: address)?`
	wordsSite    = `(?:company |business )?(?:web ?site|web page|www|url|home ?page|domain(?: name)?)(?: url)?(?: 1 value)?|company domain name`
	wordsCompany = `(?:primary |associated )?(?:company|organi[sz]ation|account|employer|business|parent customer)(?: 1)?(?: name)?|firma|soci[eé]t[eé]`
	wordsTax     = `tax (?:number|id|no|reg no)|tax registration (?:number|no)|vat(?: (?:number|no|id|reg no|registration number))?|abn|a b n|abn acn|ein|gst (?:number|no)|gst(?:in)?|company (?:number|registration number)|registration number|siren|siret|u ?st id(?: ?nr)?`
	wordsCreated = `created(?: at| on| date| time)?|create date|date (?:created|entered|added)`
	wordsUpdated = `(?:last )?(?:updated|modified)(?: at| on| date| time)?`
)

// fieldRules are the rules for the fields of a collection that are neither an ID, an address nor a phone number.
func fieldRules(collection string) []fieldRule {
	common := []fieldRule{
		rule("email.address", wordsEmail, kindEmail),
		rule("email.address2", wordsEmail2, kindEmail),
		rule("website.url", wordsSite, kindURL),
		rule("created_at", wordsCreated, kindTime),
		rule("updated_at", wordsUpdated, kindTime),
	}
	if collection != "people" {
		return append(common,
			// The application's own name for it goes before a name that is only another field of the same record.
			rule("name", `contact name|co last name|customer full name|customer|vendor|supplier|customer name|vendor name|supplier name|client(?: name)?|firma|firmenname|soci[eé]t[eé]|raison sociale`),
			rule("name", `(?:company|organi[sz]ation|account|business|display)(?: 1)? name|name|company|organi[sz]ation|account`),
			rule("name", `legal name|trading name|full name`),
			rule("reference", wordsTax),
		)
	}
	return append(common,
		rule("first_name", `first(?: ?name)?|given(?: ?name)?|fore ?name|vorname|pr[eé]nom`),
		rule("last_name", `last(?: ?name)?|family(?: ?name)?|sur ?name|nachname|nom(?: de famille)?`),
		rule("title", `title|salutation|prefix|name prefix|honorific|courtesy title|mr ms(?: mrs)?|mr mrs(?: ms)?`, kindTitle),
		rule("job_title", `job ?title|position|role|occupation|organi[sz]ation(?: 1)? title|function|title`, kindText),
		rule("company_name", wordsCompany, kindText),
		rule("birth_date", `birth ?date|birth ?day|date of birth|dob|d o b|geburtsdatum`, kindDate, kindTime),
	)
}

// fullNames are columns of a person's whole name; without columns for its parts it goes to first_name, from which match
// takes it apart.
var fullNames = regexp.MustCompile(`^(?:full name|name|contact name|display name|contact|person name|customer full name)$`)

// phoneField is the phone field of a column; "" when its words name none. A number of no kind is the firm's where rows name
// a firm, since that is where people of a firm are called.
func phoneField(words, collection string, ofFirms bool) string {
	if !phoneWords.MatchString(words) || notPhone.MatchString(words) {
		return ""
	}
	group := "phone"
	if collection == "people" {
		group = "phone_home"
		if workWords.MatchString(words) || ofFirms && !homeWords.MatchString(words) {
			group = "phone_work"
		}
	}
	line := "landline"
	if mobileWords.MatchString(words) {
		line = "mobile"
	}
	return group + "." + line
}

var (
	phoneWords  = regexp.MustCompile(`\b(?:(?:tele|cell|mobile|home|work)?phones?|tel|telefon|t[eé]l[eé]phone|mobile?|handy|portable|cell|ddi|landline)\b`)
	notPhone    = regexp.MustCompile(`\b(?:fax|type|label|ext|extension|status|valid|verified|opt|country|assistant|assistants)\b`)
	workWords   = regexp.MustCompile(`\b(?:work|business|office|company|direct|ddi|main)\b`)
	homeWords   = regexp.MustCompile(`\b(?:home|private|privat|personal|mobile?|handy|portable|cell)\b`)
	mobileWords = regexp.MustCompile(`\b(?:mobile?|handy|portable|cell|cellphone|mobilephone)\b`)
)

// addressField is the address field of a column; "" when its words name none.
func addressField(words, collection string) string {
	for _, part := range addressParts {
		m := part.words.FindStringSubmatch(words)
		if m == nil {
			continue
		}
		if block := addressBlock(strings.TrimSpace(m[1]), collection); block != "" {
			return block + "." + part.field
		}
	}
	return ""
}

// addressParts are the parts of an address, what stands before one in a column's name being the address that it is of.
// A column of lines 3 and on, for which Connec! has no field, fits none.
var addressParts = []struct {
	field string
	words *regexp.Regexp
}{
	{"line2", regexp.MustCompile(`^(.*?)(?:(?:street |address )?(?:address )?(?:line |street |address )2|extended address|suite|to 2)$`)},
	{"line1", regexp.MustCompile(`^(.*?)(?:(?:street |address )?(?:address )?(?:line |street )1|street(?: address)?|stra(?:ss|ß)e|rue|address line|to 1|address 1)$`)},
	{"city", regexp.MustCompile(`^(.*?)(?:city|suburb|town|locality|suburb town|city town|town city|city suburb|ort|stadt|ville)$`)},
	{"region", regexp.MustCompile(`^(.*?)(?:state(?: (?:province|region|county|or province))?|region|province|county)$`)},
	{"postal_code", regexp.MustCompile(`^(.*?)(?:zip(?: code)?(?: postal code)?|zip postal code|postal(?: code)?(?: zip)?|post ?code|plz|postleitzahl|code postal)$`)},
	{"country", regexp.MustCompile(`^(.*?)(?:country(?: region| name)?|land|pays)$`)},
	{"line1", regexp.MustCompile(`^(.*?)(?:address|adresse)$`)},
}

// addressBlock is the address that words before a part mean; "" when they mean none that Connec! has.
func addressBlock(words, collection string) string {
	group := "address"
	if collection == "people" {
		group = "address_home"
	}
	switch {
	case slices.Contains([]string{"", "home", "mailing", "mail", "postal", "po", "billing", "bill", "bill to", "invoice", "primary", "main", "street", "physical", "address", "address 1", "addr 1", "primary address", "billing address", "mailing address", "home address", "residential", "private"}, words):
		return group + ".billing"
	case slices.Contains([]string{"shipping", "ship", "ship to", "delivery", "sa", "shipping address", "delivery address"}, words):
		return group + ".shipping"
	case slices.Contains([]string{"business", "work", "office", "company", "business address", "work address"}, words):
		if collection == "people" {
			return "address_work.billing"
		}
		return "address.billing"
	case slices.Contains([]string{"address 2", "addr 2", "other", "other address"}, words):
		return group + ".billing2"
	}
	return ""
}

// ownIDs are names of the column that holds the rows' own ID, likeliest first; the last are numbers that people give.
func ownIDs(collection string) []*regexp.Regexp {
	if collection == "people" {
		return []*regexp.Regexp{
			regexp.MustCompile(`^(?:contact|person|people|lead|member|patient|employee|student|user) (?:id|guid|uuid|key)$|^contact$`),
			regexp.MustCompile(`^(?:record )?(?:id|guid|uuid)(?: contact)?$|^card id$`),
			regexp.MustCompile(`^(?:customer|client|external|unique|system) id$|^(?:contact|member|customer|client|employee|patient) (?:no|number|code|ref)$|^(?:kunden|personal|mitglieds)(?: ?nr| ?nummer)$|^num[eé]ro client$`),
		}
	}
	return []*regexp.Regexp{
		regexp.MustCompile(`^(?:account|company|organi[sz]ation|customer|client|supplier|vendor|contact|business) (?:id|guid|uuid|key)$|^account$`),
		regexp.MustCompile(`^(?:record )?(?:id|guid|uuid)(?: (?:company|account|organi[sz]ation))?$|^card id$`),
		regexp.MustCompile(`^(?:account|customer|client|supplier|vendor|debtor|contact) (?:no|number|code|ref)$|^(?:external|unique|system) id$|^(?:kunden|lieferanten|debitoren)(?: ?nr| ?nummer)$|^num[eé]ro client$`),
	}
}

var (
	// firmIDs are names of a column that holds the ID of the organization that a person belongs to.
	firmIDs = regexp.MustCompile(`^(?:primary )?(?:associated )?(?:account|company|organi[sz]ation|customer|employer|parent account|parent customer)(?: name)? ids?(?: primary)?$|^account$|^company$`)
	// otherIDs are names of a column that holds an ID of another application.
	otherIDWords = regexp.MustCompile(`\b(?:xero|quickbooks|qbo|myob|salesforce|sfdc|hubspot|zoho|dynamics|pipedrive|stripe|shopify|netsuite|sage|mailchimp|intercom|zendesk|external|legacy|foreign|connec)\b.*\b(?:id|key|guid|number|no)s?$`)
	// idWords end the name of a column that may hold an ID.
	idWords = regexp.MustCompile(`\b(?:id|guid|uuid|key|no|number|code|ref|reference)$`)
)

// Words that tell what a file's rows are.
var (
	firmNames    = regexp.MustCompile(`^(?:co last name|customer full name|customer|vendor|supplier)$`)
	firmFileName = regexp.MustCompile(`(?i)account|compan|organi[sz]ation|customer|supplier|vendor|client|debtor`)
)

var (
	personNames    = regexp.MustCompile(`^(?:first(?: ?name)?|given(?: ?name)?|fore ?name|last(?: ?name)?|family(?: ?name)?|sur ?name|vorname|nachname|pr[eé]nom)$`)
	personTraits   = regexp.MustCompile(`^(?:birth ?date|birth ?day|date of birth|dob|job ?title|position|salutation|gender)$`)
	peopleFileName = regexp.MustCompile(`(?i)contact|person|people|lead|member|patient|employee|subscriber|user`)
	// partOfName are columns whose values tell people apart in a small file only.
	partOfName = regexp.MustCompile(`^(?:first|last|given|family|middle|fore|sur|nick|owner|account|company|file|user|bank|parent).* ?name$`)
	// otherRecord marks the ID of something that the row is not: its owner, its parent.
	otherRecord = regexp.MustCompile(`\b(?:owner|created|modified|parent|manager|reporting|reports|account|company|organi[sz]ation|tax|vat|abn|phone|fax|bank|postal|post|house|invoice|order)\b`)
	notAddress  = regexp.MustCompile(`\b(?:email|ip|web|mac|type|label|name|id|formatted|code address|attention)\b`)
)
