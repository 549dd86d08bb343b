package match

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestOrganizationNames(t *testing.T) {
	t.Parallel()
	o := newOrgNames()
	for text, want := range map[string]struct {
		names []string
		form  string
	}{
		"Acme Pty Ltd":                           {[]string{"acme"}, "pty"},
		"Acme P/L":                               {[]string{"acme"}, "pty"},
		"ACME Proprietary Limited":               {[]string{"acme"}, "pty"},
		"Acme Co., Ltd.":                         {[]string{"acme"}, "ltd"},
		"Müller & Söhne GmbH":                    {[]string{"muller sohne"}, "gmbh"},
		"Müller GmbH & Co. KG":                   {[]string{"muller cokg"}, "cokg"},
		"Verrerie du Nord S.A.R.L.":              {[]string{"verrerie du nord"}, "sarl"},
		"Fratelli Bruno S.p.A.":                  {[]string{"fratelli bruno"}, "spa"},
		"Maderas Sur S. de R.L. de C.V.":         {[]string{"maderas sur"}, "sl"},
		"AB Norrskog":                            {[]string{"ab norrskog"}, ""}, // initials, for all that the name says
		"Oy Metsä Ab":                            {[]string{"metsa"}, "ab"},
		"ООО Ромашка":                            {[]string{"romashka"}, "ooo"},
		"Zakład Drewna Sp. z o.o.":               {[]string{"zaklad drewna"}, "spzoo"},
		"PT Kayu Jati Tbk":                       {[]string{"kayu jati"}, "pt"},
		"Quarrel Family Trust":                   {[]string{"quarrel trust"}, "trust"},
		"SA Lumber":                              {[]string{"sa lumber"}, ""}, // two letters before a name are not a legal form
		"PT Fitness":                             {[]string{"pt fitness"}, ""},
		"Cascade Fund II":                        {[]string{"cascade fund ii"}, ""},
		"Pty Ltd":                                {[]string{"pty"}, "ltd"}, // nothing else to go by
		"Smith & Co t/a The Corner Shop":         {[]string{"smith", "corner shop"}, "co"},
		"Blue Anchor Pty Ltd trading as Wharf 9": {[]string{"blue anchor", "wharf 9"}, "pty"},
		"Jo's Pizza (Hartog Enterprises Ltd)":    {[]string{"jos pizza", "hartog enterprises"}, "ltd"},
		"Harbour Timber Works (HTW)":             {[]string{"harbour timber works", "htw"}, ""},
		"Harbour Timber (Leeds)":                 {[]string{"harbour timber leeds"}, ""}, // a place belongs to the name
		"A.B.C. Motors":                          {[]string{"abc motors"}, ""},
		"n/a":                                    {nil, ""},
	} {
		names, form := o.read(text)
		if !slices.Equal(names, want.names) || form != want.form {
			t.Errorf("%s: %q of form %q, want %q of form %q", text, names, form, want.names, want.form)
		}
	}
}

func TestWhereTwoNamesMayStand(t *testing.T) {
	t.Parallel()
	o := newOrgNames()
	pieces := []string{" ", "T/A", "t/a", "Trading", "trading as", "D.B.A.", "DBA", "formerly", "Formerly Known as", "aka", "operating as",
		"Smith", "foods", "-", "\u212a", "a\u212aa", "\u0130", "t"}
	random := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		text := ""
		for range random.IntN(8) {
			text += pieces[random.IntN(len(pieces))]
			if random.IntN(2) == 0 {
				text += " "
			}
		}
		lower := strings.ToLower(text)
		stands := slices.ContainsFunc(tradingMarks(), func(mark string) bool { return strings.Contains(lower, mark) })
		if may := o.mayTrade(text); stands && !may || may && !stands && isASCII(text) {
			t.Fatalf("%q: may hold two names: %t, holds a mark: %t", text, may, stands)
		}
	}
}
