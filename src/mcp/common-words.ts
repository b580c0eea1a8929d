/**
 * English words and word parts that are one token, alone, capitalised and after a space, in the
 * tokenizers that the tests measure against (o200k_base and Claude's published one); a test checks
 * each of them. Used by `token-count.ts`.
 */
export const COMMON_WORDS: ReadonlySet<string> = new Set(
  `
about above abs abstract acc accept access according account accounts act action actions activ
active activity actual actually adapt add added adding additional address adjust admin adv
advanced advert aff after again age agent aid air album ale alert ali align all alle allow
almost along already also alt alter altern although always amb among amount anal analysis and
android ang anim animal ann annual another ans answer ant anti any anything api app application
applications apply appro apps aqu arch are area arg args argument arguments arm around array art
article articles artist ask ass assert ast async ath att attack attempt attention attr attribute
aud audio aut auth author auto autom aux available average away bab baby back background bad bag
bal balance ball ban band bank bar bas base based basic bat batch because bed before beg begin
being bel ben ber bes best bet big bill bin birth bit black blo block blog blood blue board body
bol bon book books bool boolean boost border born bot both bottom bound box boy bra brain branch
brand bre break bright bro browser buf buffer build builder building built bul bur burn bus
business but button buy byte bytes cab cache cal calcul call callback called calling calls cam
camera camp can cancel cannot cant cap capital capt car card cards care cart cas case cases cash
cast cat catch category cause cele cell cells cent center central centre cert certain cha chain
challenge chance change changed changes changing channel char character charg charge chat che
check chem chi child children choice choices choose church circ city claim class classes classic
cle clean clear click client close cloud club cmd code col cold coll collect collection college
color colors column com comb come comm command comment comments commercial commit common
communication community comp companies company compar compare complete completed complex
component components computer con concept condition conditions conf config configuration confirm
conn connect connection cons consider console const constant construct construction constructor
consult cont contact container contains content context contin continue contr contract control
controller conv convert cook cool cop copy copyright cor core corner corpor correct cos cost cou
could count counter country cour course court cover craft cre create created creating cred
credit critical cro cross crypt culture cum cur current currently custom customer cut daily dam
dan danger dar dark das dat data database date day days dead death dec decl deep def default
define degree del delay delete delivery dem den dep depend der des desc description design dest
destination destroy det detail details detect dev develop development device dialog dict did die
dif diff dig dim dip dir dire direct direction directory dis disc dist distance district div doc
document does dog dom domain domin don done door double down draw drive driver dro drop drug dry
due dump dur duration during dynamic each early earth easy echo econom edge edit editor eff
effect eight ein either ele elect element ell else email emb emp empty enable enc end energy eng
engine ens ensure ent enter entity entry env environment equ equal error errors esc est evalu
even event events ever every exact example except exception exchange exercise existing exit exp
expand expect expected exper experiment expl export express expression ext external extra
extract eye fab fac face fact factor factory fail failed failure fair fal fall false fam family
fan fant far fast fat father feature features feed feedback fel fer fetch few field fields fig
figure fil file filename files fill film filter fin final financial find finding fine finish
fire firm first fish fit five fix fixed flag flash flat flex float floor flow fly focus follow
font food foot football for force fore form format former fort forward found four fra frame fre
free fresh fri friend friends from front full fun func function functions fund future gain gal
game games gan gar gas gen gener generate generated ger gest get gets getting give given global
goal god going gold good got gran grand graph gre great green grid gro ground group grow growth
guess guid hab had hal half ham han hand handle handler hang happy har hard has hash hat have
having hay head header headers health heart heat heavy height hel help her here hidden high his
hist history hit hol hold hom home hon hop hope hor hospital host hot hotel hour hours house how
html http hum human ich icon ident ign ill imag image images imm imp impact implement import
important inc include includes income increase ind index indic individual inf info information
init initial inner input ins insert inside inst install instance instant instead int integr
intent inter interest interface internal international internet into inv invest iss issue item
items iter its jam java job jobs join joint journal json jud jump just kal kar keep ker key keys
kind king kit know known kon lab label lag lan land lang language large las last lat late later
launch law layer layout lead leader learn learning leave led left leg legal len length les less
let letter level lib library license lie life light like lim limit lin line lines link links
list listen lit liter little live living load loan loc local location lock log logger login long
look looking loop los loss lost lot love low lower lux mac mach machine mad made mag mail main
major make makes making mal male man manage management manager mand many map mar mark market
marketing mas mask mass master mat match material materials math matrix max maximum may mean
means measure med media medium meet meeting mel mem member members memory men menu mer mes mess
message messages met metal method micro mid middle mil mill min mind mine minimum minutes mir
mis miss missing mission mit mix mobile mock mod mode model models modern modify module mol mom
mon money monitor mont month mor more most mot mother motor mount mouse move movement movie
moving msg much mul mult multi multiple mur mus music must mut nam name named names namespace
nan nat national natural nature nav near need needed neg negative net network never new news
next nice night node nom non none nor norm normal not note notes nothing notice nov now null num
number numbers nut obj object objects occ odd off offer offset old once one online only ont open
opening oper operation operations operator opt optim option options ord order orders org organ
organization orient origin original other our out output outside over own owner pac pack pad pag
page pages pain paint pair pal pan panel pap paper par para param parameter parameters params
parent park parse parser part parts pas pass passed password past pat path pattern pay ped pel
pen people per percent perfect perform performance perhaps period perm permission pers person
pet phone phot photo photos phys physical pic pick picture pictures pie piece pin place places
plan plant plate platform play player players playing ple please plot plus pod point points pol
poll poly pool poor pop por port pos position positive possible post pot pour pow power pre prec
pred prepare pres present press pressure pretty previous pri price prime principal print priv
pro prob problem proc procedure process processing produ product production products prof
profile program progress project projects prom prop properties property protect prov provide
provider psych pub publ public pull pur purchase pure push put qual quality quant quarter que
query quest question questions queue qui quick race rad radio rain raise random range rank rat
rate rating raw raz read reader reading ready real really reason rec rece received recent recipe
record records rect red redirect redis reduce ref refer reference reg region register regular
rel related relations relationship release rem remember remote remove removed ren render rep
replace report reports represent req request requests require required requires res research
reserved reset resource resources resp respons response rest restaurant result results ret
return returns rev review reviews rich rid right ring risk road rob rock role roll rom room root
rot round route row rub rule rules run running runs sab sad safe sal sale sales sam same sample
san sand sans sar sat sav save saved say scale scan scene sch sche schedule school science scope
score scr screen script sea search season sec second secret section secure security see seen seg
sel select selected selection self sem sen send sens sent ser serial series serv serve server
service services session set sets setting settings setup seven sex shape share shared she shift
ship shipping shoot shop short shot should show shows side sie sig sign sil sim simple sin since
sing single sit site sites six size skin sleep slot slow small smart social soft software sol
sold solid solution some son song soon sort sound source sources space spe spec specific spect
speed split sport sports spot spread spring sql square stack staff stage stand standard star
stars start starting stat state statement states static station status stay std ste step steps
still stock stone stop storage store stores story str strategy stream street strength strict
string strong struct structure stud student students study style sub success such suite sum
summer sun sup super supp support supported sur sure surface sus sweet switch syn sys system
systems tab table tag tail take taken taking tal talk tan tap tar target task tasks tax team
teams tech techn tel tele tell temp template ten ter term terms test testing tests text than
thank thanks that the then there they thing things think third this those though thread three
through throw thus tim time times tip tit title today todo tok token tom ton too tool tools top
topic tor tot total touch tour town tra track trade trail train training trans travel tre tree
tri trial trip tro true trust try trying tun tur turn two typ type types ult und under unique
unit units unless uns unt until update updated updates upload upon upper url use used user
username users uses using usually util val valid valor value values van var vari variable
variables vec vector vehicle vel ven ver vers version vert very via vict video videos view views
vill viol virt virtual vis vision visit visual voice vol volume vote vous wait walk wall want
war was wat watch water way weather web website week weight wel welcome well were west what
whatever when where whether which while white who whole why wide width wil wild will win wind
window windows winter wire wish with within without women won wood word words work working works
world would write writer writing written wrong yang year years yes yet yield you your zero
`
    .trim()
    .split(/\s+/),
);
