package kernel

import "strings"

// nicknames are the groups that a given name belongs to: two names of one group are variants of each other.
type nicknames map[string][]uint16

// variants are English given names with the short and pet forms in everyday use, and a few common forms of other
// languages; one group a line, written for sameas from general knowledge. A short form may stand in several groups.
const variants = `abigail abby abbie gail
abraham abe bram
adam ad
adelaide addie adele
agnes aggie nessie
alan al allan allen
albert al bert bertie albie
alexander alex alec al sandy xander alasdair alistair lex sasha
alexandra alex sandra sandy lexi alexa sasha
alfred alf alfie fred freddie
alice ali allie alyce
alison ali allie alyson allison
amanda mandy manda
amelia millie amy mel
andrew andy drew andre andreas
angela angie ange
anita nita
ann anne anna annie nan nancy hannah ana
anthony tony anton antony ant antonio
antonia toni tonia
archibald archie
arnold arnie
arthur art artie
augustus gus augustin august
barbara barb babs barbie barbra
bartholomew bart
beatrice bea trixie beatrix
benjamin ben benny benji
bernard bernie barney
bradley brad
brandon brand
brenda bren
brian bryan bri
bridget bridie biddy brigid
cameron cam
carl karl carlos charles
caroline carol carrie caro lina carolyn
cassandra cass cassie sandra
catherine katherine kathryn cathy kathy kate katie kat kay kitty cath cathryn katharine kath
cecilia celia cissy
charles charlie chuck chas chaz carl
charlotte lottie charlie char lotte
christina christine tina chris chrissy kristina kristine christy
christopher chris kit topher kristopher
claire clare clara
clarence clarrie
clifford cliff
clinton clint
constance connie
cornelius con neil
craig
curtis curt
cynthia cindy
cyril cy
daniel dan danny
danielle dani elle
darren daz
david dave davey davy
deborah deb debbie debra
dennis denny den denis
derek del derrick
diana di diane dianne
dominic dom nic dominick
donald don donny
dorothy dot dottie dolly dora
douglas doug dougie
duncan dunc
dwayne wayne
edith edie
edmund ed eddie ned ted
edward ed eddie ted teddy ned eduardo
edwin ed eddie
eleanor ellie nell nora elle lenore elinor
elizabeth liz lizzie beth betty eliza elsie lisa libby bess betsy lizbeth elisabeth isabel
ellen nell nellie helen elle
emily em emmy millie
emma em
eric rick erik
ernest ernie
esther essie hester
eugene gene
evelyn eve evie
ezekiel zeke
felicity flick fliss
ferdinand ferdie
florence flo florrie flossie
frances fran fanny francie frankie
francis frank frankie fran francisco
franklin frank
frederick fred freddie rick fritz fredrick
gabriel gabe
gabrielle gabby gaby elle
gareth gaz gary
gary gaz garry
geoffrey geoff jeff jeffrey
george georgie jorge
georgina georgie gina georgia
gerald gerry jerry
gerard gerry jerry
gertrude gertie trudy
gilbert gil bert
giovanni gianni john
glenn glen
gordon gordie
graham graeme
gregory greg gregor
guillermo william
gwendolyn gwen wendy
hannah anna hanna
harold harry hal
harriet hattie harrie
harrison harry
harry henry harold
heather hev
helen nell nellie lena ellen helena
henrietta hattie etta
henry harry hank hal enrique henri
herbert herb bert bertie
horace horrie
howard howie
hubert bert hugh
hugh hughie hugo
humphrey
ian iain
ignatius iggy
imogen immy
irene rene
isaac ike zac
isabella isabel bella izzy belle isobel isabelle
jack john jackson
jacob jake jakob
jacqueline jackie jacqui
james jim jimmy jamie jem diego
jane janie jenny janey
janet jan
janice jan
jasmine jas jazz
jason jase jay
jean jeanie
jeffrey jeff geoff
jemima mima jem
jennifer jen jenny jenn
jeremiah jerry jem
jeremy jerry jem jez
jerome jerry
jessica jess jessie
joan joanie
joanna jo joanne anna
jocelyn joss
john jack johnny jon juan jock johan hans giovanni sean ivan
jonathan jon jonny jonty nathan johnathan jonathon
jordan jordy
joseph joe joey jo jose giuseppe
josephine jo josie josefina
joshua josh
joyce joy
judith judy jude
julia jules julie
julian jules
juliet jules julie
justin jus
karen kaz kari
katherine kate kathy katie kit
kathleen kath kathy kay kate
kenneth ken kenny
kevin kev
kimberly kim kimberley kimmy
kirsten kirsty
kristen kris kirsten kristin
lachlan lachie lochie locky
laura laurie loz lori
lauren laurie loz
laurence larry lawrence laurie lorenzo
leah lee
leonard leo len lenny leon
leopold leo
leslie les lesley
lillian lil lily lilly
linda lin lindy lynda
lorraine lori rainy
louis lou lewis louie luis
louise lou lulu
lucas luke luca
lucille lucy
lucinda cindy lucy
lydia lyddie
lynette lyn lynn
madeline maddie madeleine maddy
magdalena lena magda
malcolm mal
marcus marc mark
margaret maggie meg peggy marge margie greta rita daisy madge margot
maria mary mia marie
marianne mary anne
marion mary
marjorie marge margie
mark marc marco marcos
martha marty mattie
martin marty
mary molly polly mae may mimi marie maria
matilda tilly mattie tilda
matthew matt matty mathew mateo
maureen mo reenie
maurice mo morris
maximilian max
maxwell max
megan meg
melanie mel
melinda mel mindy linda
melissa mel missy lissa
mervyn merv
michael mike mick mickey mikey micky miguel michel mikhail mitch
michelle shell shelly chelle
mildred millie
miranda mandy randa
miriam mim
mitchell mitch
mohammed mohammad muhammad mohamed mo mohamad mehmet
montague monty
morgan mo
nancy nan ann
natalie nat tallie natalia
natasha tasha nat tash
nathan nate nat
nathaniel nate nat nathan
neil neal niall
neville nev
nicholas nick nicky nico nicolas nik claus
nicole nicky nic nikki nicola
nigel nige
norman norm
oliver ollie olly noll
olivia liv livvy ollie
oscar ozzie
oswald oz ozzie
pamela pam
patricia pat patty trish tricia patsy
patrick pat paddy rick
paul pauly pablo paolo pavel
paula polly
pauline paul polly
penelope penny nell
percival percy
peter pete pedro pierre petr
philip phil pip phillip felipe
philippa pip pippa
phyllis phyl
priscilla cilla prissy
prudence prue
rachel rach rae rachael
ralph rafe ralphie
randolph randy dolph
raphael rafe raf
raymond ray
rebecca becky becca bec beck bex
reginald reg reggie
reuben rube ben
rhonda ronnie
richard dick rick ricky rich richie ricardo dickie
robert bob bobby rob robbie bert robin roberto
roberta bobbie robbie
rochelle shelly
roderick rod roddy
rodney rod
roger rodge
roland roly
ronald ron ronnie
rosalind ros roz
rosemary rosie rose romy
rosanna rose anna
rosie rose rosa
rowena ro
roxanne roxy
rudolph rudy
rupert rupe
russell russ rusty
ruth ruthie
ryan ry
sabrina brina
sally sal sarah
samantha sam sammy
samuel sam sammy
sandra sandy
sarah sara sally sadie
scott scotty
sebastian seb bas bastian
shannon shan
sharon shaz shari
shaun sean shane shawn
sheila shell
shirley shirl
sidney sid sydney syd
simon si
sophia sophie sofia soph
spencer spence
stacey stace stacy
stanley stan
stella ella
stephanie steph stevie
stephen steve stevie steven stefan esteban stephan
stewart stu stuart
susan sue susie suzie susanna suzanne
sylvia syl
tabitha tabby
tamara tammy tam
tania tanya
teresa terry tess tessa theresa tracy
terence terry tel terrance
thaddeus tad
theodore ted teddy theo
thomas tom tommy tomas
timothy tim timmy
tobias toby
tracey tracy trace
trevor trev
ursula ursie
valerie val
vanessa nessa ness
vera ronnie
verity vee
vernon vern
veronica ronnie vera nic
victor vic viktor
victoria vicky tori vic vikki
vincent vince vin vinny
viola vi violet
virginia ginny ginger
vivian viv vivien
walter wally walt
warren waz
wayne
wendy gwen
wesley wes
wilfred wilf
wilhelmina mina billie willa
william will bill billy willy liam guillermo wilhelm
winifred win winnie freda
winston win
xavier xav
yvonne vonnie evonne
zachary zac zach zak zack zachariah
zoe zo
margaret peg peggie
angus gus fergus
nicholas nic nikolaus nikolai niko kolya
george georgios giorgos jorge giorgio georg yuri
susan susi susanne susann sanne zuzana
samantha sammie sammy sam
carol caz
gillian jill jilly
belinda lindy bel
ella ellie
ursula uschi ulla
friedrich fritz fred friedel
wilhelm willi helmut
heinrich heinz heiner henry
johannes johann hannes hans jan
josef sepp jupp joseph
ludwig lutz
matthias matze matthew
katharina kathi katja kaethe
elisabeth elli liesel lisbeth sissi elizabeth
giuseppe peppe beppe pino joe
giuseppina pina giusy josephine
vincenzo enzo vince vincent
antonio toni tony tonino
antonietta toni etta
luigi gigi lou louis
salvatore sal turi sam
francesco franco cecco frank
giovanna gianna joanne joanna
concetta connie tina
carmela lina mela carmel
giulia julia giulietta
domenico mimmo dom
jose pepe joseph
carlos charlie carlo
manuel manolo manny
francisco paco pancho frank
dolores lola
guadalupe lupe
rosario charo
konstantinos kostas costa con dean gus
ioannis yannis yiannis john
vasilios vasilis bill basil
evangelos vangelis angelo
dimitrios dimitris jim jimmy
panagiotis panos peter takis
athanasios thanasis tom arthur
evangelia litsa eva
paraskevi vivi voula
aikaterini katerina catherine kate
eleni helen elena
stavroula voula
aleksandr alexander aleksander sasha alex
aleksandra alexandra sasha
natalia natasha natalya nata
tatiana tanya tania tatyana
svetlana lana sveta
ludmila mila lyudmila lyuda
irina ira
ivan vanya
vladimir volodya vova
pavel pasha paul
sergei sergey serge
dmitri dmitry dima mitya
mikhail misha michael
ekaterina katya catherine
anastasia nastya stacy
yevgeny evgeny zhenya eugene
ibrahim abraham
yusuf yousef joseph
mohammed muhammad mohamed mohammad mohamad mo
hussein hussain hossein
tarek tariq tarik
noor nur nour
ahmed ahmad
fatima fatma fatimah
pooja puja
deepak dipak
lakshmi laxmi
krzysztof chris
agnieszka aga agnes
malgorzata gosia margaret
katarzyna kasia catherine
hone john
sione john
mere mary
wiremu william
pita peter
hemi james`

// newNicknames reads the table.
func newNicknames() nicknames {
	n := nicknames{}
	var group uint16
	for line := range strings.SplitSeq(variants, "\n") {
		for _, name := range strings.Fields(line) {
			n[name] = append(n[name], group)
		}
		group++
	}
	return n
}

// Nicknames is the table of given names: for each name the canonical one, first of its first group.
// It serves blocking, which wants one key for Bob and Robert.
func Nicknames() map[string]string {
	canonical := map[string]string{}
	for line := range strings.SplitSeq(variants, "\n") {
		names := strings.Fields(line)
		for _, name := range names {
			if _, ok := canonical[name]; !ok {
				canonical[name] = names[0]
			}
		}
	}
	return canonical
}
